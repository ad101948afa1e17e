"""One account at the vendor: what the vendor says of it, exceptions from its type, and how it stands."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bursar.accounts import actions
from bursar.accounts.queries import OverrideRow, names, overrides
from bursar.center.entry import Visit, to, visit
from bursar.center.fields import MOST_NAME
from bursar.center.manage import keep, not_done
from bursar.checkout import followed
from bursar.core.capability import OVERRIDABLE, SHOW_COSTS
from bursar.core.edit import Resume, Suspend
from bursar.core.field import MOST_TEXT
from bursar.core.policy import State
from bursar.core.problem import Problem
from bursar.desk.fields import account_types, filled, percent, read_percent, wrong_vendor_fields
from bursar.history.queries import facts
from bursar.words import money
from bursar.words.decision import capability, state

MOST_FACTS: Final = 1000
FIELDS: Final = ("name", "account_type", "representative_name", "representative_email", "tax_rate")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """What the vendor says of the account, as a form for whoever may change it."""
    seen = _at_the_vendor(request, account_id)
    if request.method != "POST":
        return _page(request, seen)
    given = filled(request, FIELDS)
    wrong = wrong_vendor_fields(seen.policy, given)
    if any(wrong.values()):
        return _page(request, seen, given=given, wrong=wrong)
    before = _said(seen)
    try:
        fields: dict[str, Any] = {name: given[name] for name in FIELDS if given[name] != before[name]}
        if "tax_rate" in fields:
            fields["tax_rate"] = read_percent(given["tax_rate"]).rate
        if fields:
            with followed(account_id, actor=seen.actor, now=seen.now):
                actions.alter_account(seen.policy, account_id, fields=fields, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, given=given, problem=seen.said(problem))
    messages.success(request, _("What the vendor says of the account is saved."))
    return to("desk_account", account_id)


@require_POST
def add(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Grant the account one thing that its type does not, or withhold one."""
    seen = _at_the_vendor(request, account_id)
    given = filled(request, ("capability", "grant", "reason", "until"))
    wrong = {
        "capability": "" if given["capability"] in OVERRIDABLE else _("Choose what it is about."),
        "reason": "" if given["reason"] else _("Say why; it is shown beside the exception."),
        "until": "" if not given["until"] or _day(given["until"]) else _("Give a day, or leave it empty."),
    }
    if any(wrong.values()):
        return _page(request, seen, given=given, wrong=wrong)
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            actions.add_override(
                seen.policy,
                account_id,
                capability=given["capability"],
                grant=given["grant"] == "1",
                reason=given["reason"][:MOST_TEXT],
                until=_day(given["until"]),
                actor=seen.actor,
                now=seen.now,
            )
    except Problem as problem:
        return _page(request, seen, given=given, problem=seen.said(problem))
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
        return to("summary", account_id, keep(seen, (Suspend() if active else Resume(),)))
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
    *,
    given: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    problem: str = "",
) -> HttpResponse:
    who, standing, made_on = names(seen.id), seen.customer.account.state, _days(seen)
    deciding = {one: seen.decide(one) for one in ("alter_accounts", "grant_overrides", "suspend_accounts")}
    content = {
        **seen.frame("desk_account"),
        "given": {**_said(seen), "grant": "1", **(given or {})},
        "wrong": wrong or {},
        "problem": problem,
        "types": account_types(seen.policy),
        "overrides": [_shown(seen, one, who, made_on) for one in overrides(seen.id)],
        "capabilities": [(one, _about(one)) for one in OVERRIDABLE],
        "grants": [("1", _("is allowed to")), ("0", _("is not allowed to"))],
        "longest": MOST_NAME,
        "most": MOST_TEXT,
        "may": {one: made.reason is None for one, made in deciding.items()},
        "why_not": seen.why_not_all([made for made in deciding.values() if made.reason]),
        "currency": seen.currency,
        "zone": seen.customer.time_zone,
        "since": money.day(made_on.get(seen.id, seen.day(seen.customer.created_at))),
        "state": state(standing.value),
        "active": standing is State.ACTIVE,
        "cancelled": standing is State.CANCELLED,
    }
    status = 422 if any((wrong or {}).values()) else 409 if problem else 200
    return render(request, "desk/account.html", content, status=status)


def _said(seen: Visit) -> dict[str, str]:
    """What the fields of the form hold."""
    account = seen.customer.account
    return {
        "name": seen.customer.name,
        "account_type": account.account_type,
        "representative_name": account.representative.name if account.representative else "",
        "representative_email": account.representative.email if account.representative else "",
        "tax_rate": percent(seen.customer.tax),
    }


def _days(seen: Visit) -> dict[UUID, date]:
    """Return on which day of the account's own clock it was opened, and each exception made, by their ids."""
    found = facts(seen.id, before=None, limit=MOST_FACTS, kinds=("account_opened", "override_added"))
    return {UUID(one.data["override"]) if "override" in one.data else seen.id: one.on for one in found}


def _shown(seen: Visit, one: OverrideRow, who: dict[UUID, str], made_on: dict[UUID, date]) -> dict[str, Any]:
    return {
        "id": one.id,
        "about": _about(one.capability),
        "grant": one.grant,
        "reason": one.reason,
        "until": money.day(one.until) if one.until else "",
        "over": one.until is not None and one.until < seen.today,
        "by": who.get(one.author_id, "") if one.author_id else "",
        "on": money.day(made_on.get(one.id, seen.day(one.created_at))),
    }


def _about(code: str) -> str:
    return _("see what the subscription costs") if code == SHOW_COSTS else capability(code)


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None
