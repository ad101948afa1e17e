"""One account at the vendor: what the vendor says of it, exceptions from its type, and how it stands."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bursar.accounts import actions
from bursar.accounts.queries import OverrideRow, names, overrides
from bursar.center.manage.page import not_done, save_quote
from bursar.center.visit import Visit, to, visit
from bursar.checkout import followed
from bursar.core.messages.problem import Problem
from bursar.core.policy.policy import State
from bursar.core.subscription.edit import Resume, Suspend
from bursar.desk.form_fields import account_types, percent
from bursar.desk.forms import OverrideForm, VendorForm, about
from bursar.history.queries import facts
from bursar.i18n import money
from bursar.i18n.decision import state

MOST_FACTS: Final = 1000


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """What the vendor says of the account, as a form for whoever may change it."""
    seen = _at_the_vendor(request, account_id)
    if request.method != "POST":
        return _page(request, seen)
    form = _vendor(seen, request.POST)
    if not form.is_valid():
        return _page(request, seen, form)
    fields = {name: form.cleaned_data[name] for name in form.changed_data}
    if "tax_rate" in fields:
        fields["tax_rate"] = fields["tax_rate"].rate
    try:
        if fields:
            with followed(account_id, actor=seen.actor, now=seen.now):
                actions.alter_account(seen.policy, account_id, fields=fields, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, form, problem=seen.said(problem))
    messages.success(request, _("What the vendor says of the account is saved."))
    return to("desk_account", account_id)


@require_POST
def add(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Grant the account one thing that its type does not, or withhold one."""
    seen = _at_the_vendor(request, account_id)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return _page(request, seen, override=form)
    given = form.cleaned_data
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            actions.add_override(
                seen.policy,
                account_id,
                capability=given["capability"],
                grant=given["grant"] == "1",
                reason=given["reason"],
                until=given["until"],
                actor=seen.actor,
                now=seen.now,
            )
    except Problem as problem:
        return _page(request, seen, override=form, problem=seen.said(problem))
    messages.success(request, _("The exception holds from now on."))
    return to("desk_account", account_id)


@require_POST
def end(request: HttpRequest, account_id: UUID, override_id: UUID) -> HttpResponse:
    """Let an exception hold no longer."""
    seen = _at_the_vendor(request, account_id)
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            actions.end_override(seen.policy, account_id, override_id, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, problem=seen.said(problem))
    messages.success(request, _("The exception holds no longer."))
    return to("desk_account", account_id)


@require_POST
def stand(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """On to the summary of suspending the account, or of resuming it."""
    seen = _at_the_vendor(request, account_id)
    if not seen.may("suspend_accounts"):
        return _page(request, seen, problem=seen.why_not(seen.decide("suspend_accounts")))
    active = seen.customer.account.state is State.ACTIVE
    try:
        return to("summary", account_id, save_quote(seen, (Suspend() if active else Resume(),)))
    except Problem as problem:
        return not_done(request, seen, seen.said(problem))


def _at_the_vendor(request: HttpRequest, account_id: UUID) -> Visit:
    """The visit of one of the staff; an account's own people have no such page. Errors: SignInFirst, Http404."""
    seen = visit(request, account_id)
    if not seen.staff:
        raise Http404
    return seen


def _page(
    request: HttpRequest,
    seen: Visit,
    form: VendorForm | None = None,
    *,
    override: OverrideForm | None = None,
    problem: str = "",
) -> HttpResponse:
    form, override = form or _vendor(seen), override or OverrideForm()
    who, account_state, made_on = names(seen.id), seen.customer.account.state, _days(seen)
    deciding = {one: seen.decide(one) for one in ("alter_accounts", "grant_overrides", "suspend_accounts")}
    content = {
        **seen.frame("desk_account"),
        "form": form,
        "override": override,
        "problem": problem,
        "overrides": [_shown(seen, override, who, made_on) for override in overrides(seen.id)],
        "may": {one: made.reason is None for one, made in deciding.items()},
        "why_not": seen.why_not_all([made for made in deciding.values() if made.reason]),
        "currency": seen.currency,
        "zone": seen.customer.time_zone,
        "since": money.day(made_on.get(seen.id, seen.day(seen.customer.created_at))),
        "state": state(account_state.value),
        "active": account_state is State.ACTIVE,
        "cancelled": account_state is State.CANCELLED,
    }
    status = 422 if form.errors or override.errors else 409 if problem else 200
    return render(request, "desk/account.html", content, status=status)


def _vendor(seen: Visit, sent: QueryDict | None = None) -> VendorForm:
    """The form of what the vendor says of the account, filled in with what it says now."""
    account = seen.customer.account
    now = {
        "name": seen.customer.name,
        "account_type": account.account_type,
        "representative_name": account.representative.name if account.representative else "",
        "representative_email": account.representative.email if account.representative else "",
        "tax_rate": percent(seen.customer.tax),
    }
    return VendorForm(sent, filled=now, choices={"account_type": account_types(seen.policy)})


def _days(seen: Visit) -> dict[UUID, date]:
    """Return on which day of the account's own clock it was opened, and each exception made, by their ids."""
    found = facts(seen.id, before=None, limit=MOST_FACTS, kinds=("account_opened", "override_added"))
    return {UUID(one.data["override"]) if "override" in one.data else seen.id: one.on for one in found}


def _shown(seen: Visit, one: OverrideRow, who: dict[UUID, str], made_on: dict[UUID, date]) -> dict[str, Any]:
    return {
        "id": one.id,
        "about": about(one.capability),
        "grant": one.grant,
        "reason": one.reason,
        "until": money.day(one.until) if one.until else "",
        "over": one.until is not None and one.until < seen.today,
        "by": who.get(one.author_id, "") if one.author_id else "",
        "on": money.day(made_on.get(one.id, seen.day(one.created_at))),
    }
