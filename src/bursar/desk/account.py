"""The desk's page of an account: the vendor's fields, overrides, and account state."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bursar.accounts import actions
from bursar.accounts.queries import OverrideRow, names_by_id, overrides
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
    """Show the vendor's fields of the account, as a form for staff who may change them."""
    seen = _staff_visit(request, account_id)
    if request.method != "POST":
        return _page(request, seen)
    form = _vendor_form(seen, request.POST)
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
    """Grant or withhold a capability on this account alone."""
    seen = _staff_visit(request, account_id)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return _page(request, seen, override=form)
    fields = form.cleaned_data
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            actions.add_override(
                seen.policy,
                account_id,
                capability=fields["capability"],
                grant=fields["grant"] == "1",
                reason=fields["reason"],
                until=fields["until"],
                actor=seen.actor,
                now=seen.now,
            )
    except Problem as problem:
        return _page(request, seen, override=form, problem=seen.said(problem))
    messages.success(request, _("The exception holds from now on."))
    return to("desk_account", account_id)


@require_POST
def end(request: HttpRequest, account_id: UUID, override_id: UUID) -> HttpResponse:
    """End an override."""
    seen = _staff_visit(request, account_id)
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            actions.end_override(seen.policy, account_id, override_id, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, problem=seen.said(problem))
    messages.success(request, _("The exception holds no longer."))
    return to("desk_account", account_id)


@require_POST
def suspend_or_resume(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Redirect to the summary of suspending the account, or of resuming it."""
    seen = _staff_visit(request, account_id)
    if not seen.may("suspend_accounts"):
        return _page(request, seen, problem=seen.why_not(seen.decide("suspend_accounts")))
    active = seen.customer.account.state is State.ACTIVE
    try:
        return to("summary", account_id, save_quote(seen, (Suspend() if active else Resume(),)))
    except Problem as problem:
        return not_done(request, seen, seen.said(problem))


def _staff_visit(request: HttpRequest, account_id: UUID) -> Visit:
    """Return the visit of staff; an account's own people have no such page. Errors: SignInFirst, Http404."""
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
    form, override = form or _vendor_form(seen), override or OverrideForm()
    people, account_state, made_on = names_by_id(seen.id), seen.customer.account.state, _days(seen)
    decisions = {
        capability: seen.decide(capability) for capability in ("alter_accounts", "grant_overrides", "suspend_accounts")
    }
    content = {
        **seen.frame("desk_account"),
        "form": form,
        "override": override,
        "problem": problem,
        "overrides": [_shown(seen, override, people, made_on) for override in overrides(seen.id)],
        "may": {capability: decision.reason is None for capability, decision in decisions.items()},
        "why_not": seen.why_not_all([decision for decision in decisions.values() if decision.reason]),
        "currency": seen.currency,
        "zone": seen.customer.time_zone,
        "since": money.day(made_on.get(seen.id, seen.day(seen.customer.created_at))),
        "state": state(account_state.value),
        "active": account_state is State.ACTIVE,
        "cancelled": account_state is State.CANCELLED,
    }
    status = 422 if form.errors or override.errors else 409 if problem else 200
    return render(request, "desk/account.html", content, status=status)


def _vendor_form(seen: Visit, sent: QueryDict | None = None) -> VendorForm:
    """Return the form of the vendor's fields, filled in with their present values."""
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
    """Return the days, on the account's own clock, on which it was opened and each override was added, by id."""
    events = facts(seen.id, before=None, limit=MOST_FACTS, kinds=("account_opened", "override_added"))
    return {UUID(event.data["override"]) if "override" in event.data else seen.id: event.on for event in events}


def _shown(seen: Visit, override: OverrideRow, people: dict[UUID, str], made_on: dict[UUID, date]) -> dict[str, Any]:
    return {
        "id": override.id,
        "about": about(override.capability),
        "grant": override.grant,
        "reason": override.reason,
        "until": money.day(override.until) if override.until else "",
        "over": override.until is not None and override.until < seen.today,
        "by": people.get(override.author_id, "") if override.author_id else "",
        "on": money.day(made_on.get(override.id, seen.day(override.created_at))),
    }
