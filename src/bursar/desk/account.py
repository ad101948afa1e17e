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
from bursar.center.manage.page import render_not_done, save_quote
from bursar.center.navigation import redirect_to
from bursar.center.visit import Visit, open_visit
from bursar.checkout import followed
from bursar.core.messages.problem import Problem
from bursar.core.policy.policy import State
from bursar.core.subscription.edit import Resume, Suspend
from bursar.desk.form_fields import account_types, percent
from bursar.desk.forms import OverrideForm, VendorForm, exception_subject
from bursar.history.queries import facts
from bursar.i18n import money
from bursar.i18n.decision import state

MOST_FACTS: Final = 1000


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the vendor's fields of the account, as a form for staff who may change them."""
    visit = _staff_visit(request, account_id)
    if request.method != "POST":
        return _page(request, visit)
    form = _vendor_form(visit, request.POST)
    if not form.is_valid():
        return _page(request, visit, form)
    # Only what changed is written, so that two colleagues who save different fields undo nothing of each other.
    fields = {name: form.cleaned_data[name] for name in form.changed_data}
    if "tax_rate" in fields:
        fields["tax_rate"] = fields["tax_rate"].rate
    try:
        if fields:
            with followed(account_id, actor=visit.actor, now=visit.now):
                actions.alter_account(visit.policy, account_id, fields=fields, actor=visit.actor, now=visit.now)
    except Problem as problem:
        return _page(request, visit, form, problem=visit.message(problem))
    messages.success(request, _("The vendor settings are saved."))
    return redirect_to("desk_account", account_id)


@require_POST
def add(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Grant or withhold a capability on this account alone."""
    visit = _staff_visit(request, account_id)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, override=form)
    fields = form.cleaned_data
    try:
        with followed(account_id, actor=visit.actor, now=visit.now):
            actions.add_override(
                visit.policy,
                account_id,
                capability=fields["capability"],
                grant=fields["grant"] == "1",
                reason=fields["reason"],
                until=fields["until"],
                actor=visit.actor,
                now=visit.now,
            )
    except Problem as problem:
        return _page(request, visit, override=form, problem=visit.message(problem))
    messages.success(request, _("The exception applies from now on."))
    return redirect_to("desk_account", account_id)


@require_POST
def end(request: HttpRequest, account_id: UUID, override_id: UUID) -> HttpResponse:
    """End an override."""
    visit = _staff_visit(request, account_id)
    try:
        with followed(account_id, actor=visit.actor, now=visit.now):
            actions.end_override(visit.policy, account_id, override_id, actor=visit.actor, now=visit.now)
    except Problem as problem:
        return _page(request, visit, problem=visit.message(problem))
    messages.success(request, _("The exception no longer applies."))
    return redirect_to("desk_account", account_id)


@require_POST
def suspend_or_resume(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Redirect to the summary of suspending the account, or of resuming it."""
    visit = _staff_visit(request, account_id)
    if not visit.may("suspend_accounts"):
        return _page(request, visit, problem=visit.explain(visit.decide("suspend_accounts")))
    active = visit.customer.account.state is State.ACTIVE
    try:
        return redirect_to("summary", account_id, save_quote(visit, (Suspend() if active else Resume(),)))
    except Problem as problem:
        return render_not_done(request, visit, visit.message(problem))


def _staff_visit(request: HttpRequest, account_id: UUID) -> Visit:
    """Return the visit of staff; an account's own people have no such page. Errors: SignInNeeded, Http404."""
    visit = open_visit(request, account_id)
    if not visit.is_staff:
        raise Http404
    return visit


def _page(
    request: HttpRequest,
    visit: Visit,
    form: VendorForm | None = None,
    *,
    override: OverrideForm | None = None,
    problem: str = "",
) -> HttpResponse:
    form, override = form or _vendor_form(visit), override or OverrideForm()
    account_state, day_by_id, override_rows = visit.customer.account.state, _days_by_id(visit), overrides(visit.id)
    people = names_by_id(visit.id, [row.author_id for row in override_rows if row.author_id])
    decisions = {
        capability: visit.decide(capability) for capability in ("alter_accounts", "grant_overrides", "suspend_accounts")
    }
    content = {
        **visit.frame("desk_account"),
        "form": form,
        "override": override,
        "problem": problem,
        "overrides": [_override_row(visit, row, people, day_by_id) for row in override_rows],
        "may": {capability: decision.reason is None for capability, decision in decisions.items()},
        "why_not": visit.explain_all([decision for decision in decisions.values() if decision.reason]),
        "currency": visit.currency,
        "zone": visit.customer.time_zone,
        "since": money.day(day_by_id.get(visit.id, visit.day_of(visit.customer.created_at))),
        "state": state(account_state.value),
        "is_active": account_state is State.ACTIVE,
        "is_cancelled": account_state is State.CANCELLED,
    }
    status = 422 if form.errors or override.errors else 409 if problem else 200
    return render(request, "desk/account.html", content, status=status)


def _vendor_form(visit: Visit, posted: QueryDict | None = None) -> VendorForm:
    """Return the form of the vendor's fields, filled in with their present values."""
    account = visit.customer.account
    current = {
        "name": visit.customer.name,
        "account_type": account.account_type,
        "representative_name": account.representative.name if account.representative else "",
        "representative_email": account.representative.email if account.representative else "",
        "tax_rate": percent(visit.customer.tax),
    }
    return VendorForm(posted, initial=current, choices={"account_type": account_types(visit.policy)})


def _days_by_id(visit: Visit) -> dict[UUID, date]:
    """Return the days, on the account's own clock, on which it was opened and each override was added, by id."""
    # Rows know the real time they were made; the day on a sandbox's clock stands in its history alone.
    events = facts(visit.id, before=None, limit=MOST_FACTS, kinds=("account_opened", "override_added"))
    return {UUID(event.data["override"]) if "override" in event.data else visit.id: event.on for event in events}


def _override_row(
    visit: Visit, override: OverrideRow, people: dict[UUID, str], day_by_id: dict[UUID, date]
) -> dict[str, Any]:
    return {
        "id": override.id,
        "subject": exception_subject(override.capability),
        "grant": override.grant,
        "reason": override.reason,
        "until": money.day(override.until) if override.until else "",
        "is_over": override.until is not None and override.until < visit.today,
        "by": people.get(override.author_id, "") if override.author_id else "",
        "on": money.day(day_by_id.get(override.id, visit.day_of(override.created_at))),
    }
