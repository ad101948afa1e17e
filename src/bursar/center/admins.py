"""Billing admins: who the owner and they are, appointing and removing."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bursar.accounts.limits import set_limit
from bursar.accounts.members import pass_on as pass_ownership_on
from bursar.accounts.queries import MemberRow, members
from bursar.center.entry import Visit, shown, to, visit
from bursar.checkout import followed
from bursar.core.field import MOST_SEATS, MOST_TEXT
from bursar.core.limit import UNLIMITED
from bursar.core.member import BILLING_ADMIN, OWNER
from bursar.core.money import BadAmount, BadRate, Money, read_amount, text
from bursar.core.price import MOST_MINOR
from bursar.core.problem import Problem
from bursar.seats.actions import change_member
from bursar.words.decision import role_name
from bursar.words.limit import limit_said


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Everybody of the account may see who decides about billing; who may appoint chooses from the admins."""
    return _page(request, visit(request, account_id))


@require_POST
def appoint(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Make an admin a billing admin."""
    return _give(request, account_id, request.POST.get("member", ""), "billing_admin")


@require_POST
def remove(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Make a billing admin an admin again."""
    return _give(request, account_id, str(member_id), "admin")


@require_POST
def limit(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Say how far billing admins may let the account grow without asking; what is left empty is not limited."""
    seen = visit(request, account_id)
    given = {name: request.POST.get(name, "").strip() for name in ("seats", "amount")}
    wrong, seats, amount = {}, None, None
    if given["seats"]:
        seats = int(given["seats"]) if given["seats"].isdecimal() and len(given["seats"]) < 7 else None
        if seats is None or seats > MOST_SEATS:
            wrong["seats"] = _("Give a whole number, or nothing for no limit.")
    if given["amount"]:
        try:
            amount = read_amount(given["amount"].replace(",", "."), seen.currency)
        except (BadAmount, BadRate):
            amount = None
        if amount is None or not 0 <= amount.amount_minor <= MOST_MINOR:
            wrong["amount"] = _("Give an amount such as 500.00, or nothing for no limit.")
    if wrong:
        return _page(request, seen, given=given, wrong=wrong)
    try:
        set_limit(seen.policy, account_id, seats=seats, amount=amount, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, seen.said(problem), given=given)
    messages.success(request, limit_said(seats, amount.amount_minor if amount else None, seen.currency))
    return to("admins", account_id)


@require_POST
def pass_on(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Make a billing admin the owner instead of whoever asks for it."""
    seen, member = visit(request, account_id), request.POST.get("member", "")
    chosen = next((one for one in seen.customer.account.members if str(one.id) == member), None)
    why = request.POST.get("reason", "").replace("\0", "").strip()[:MOST_TEXT] if seen.staff else ""
    passing = {"member": chosen.id if chosen else "", "reason": why}
    if chosen is None:
        return _page(request, seen, _("Choose one of the billing admins."), passing=passing)
    if not request.POST.get("sure"):
        problem = _("Tick that you want to give up ownership; nothing was changed.")
        return _page(request, seen, problem, passing=passing)
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            pass_ownership_on(seen.policy, account_id, chosen.id, reason=why, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, seen.said(problem), passing=passing)
    done = _("{name} owns the account now.") if seen.staff else _("{name} owns the account now, and you are an admin.")
    messages.success(request, done.format(name=chosen.name))
    return to("admins", account_id)


def _give(request: HttpRequest, account_id: UUID, member: str, role: str) -> HttpResponse:
    """Give one of the account's members another role."""
    seen = visit(request, account_id)
    chosen = next((one for one in seen.customer.account.members if str(one.id) == member), None)
    if chosen is None:
        return _page(request, seen, _("Choose one of the admins."))
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            change_member(seen.policy, account_id, chosen.id, role=role, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, seen.said(problem))
    template = _("{name} is a billing admin now.") if role == "billing_admin" else _("{name} is an admin again.")
    messages.success(request, template.format(name=chosen.name))
    return to("admins", account_id)


def _page(
    request: HttpRequest,
    seen: Visit,
    problem: str = "",
    *,
    given: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    passing: Mapping[str, object] | None = None,
) -> HttpResponse:
    everybody = [one for one in members(seen.id) if one.state == "active"]
    deciding = seen.decide("appoint_billing_admins")
    content = {
        "problem": problem,
        "people": [_shown(seen, one) for one in everybody if one.role in ("owner", "billing_admin")],
        "admins": [(one.id, f"{one.name} ({one.email})") for one in everybody if one.role == "admin"],
        "heirs": [(one.id, f"{one.name} ({one.email})") for one in everybody if one.role == "billing_admin"],
        "owner": seen.may("appoint_billing_admins") if seen.staff else seen.actor.role == OWNER,
        "longest": MOST_TEXT,
        "appoint": seen.may("appoint_billing_admins"),
        "why_not": seen.why_not(deciding),
        "limits": _limits(seen),
        "given": given or _own_limit(seen),
        "wrong": wrong or {},
        "passing": passing or {},
        "currency": seen.currency,
    }
    return shown(request, seen, "admins", "admins", content, status=422 if wrong else 409 if problem else 200)


def _limits(seen: Visit) -> list[str]:
    """What limits billing admins, in sentences: the vendor's policy, and the owner."""
    found = (seen.policy.limits.get(BILLING_ADMIN), seen.customer.account.limits.get(BILLING_ADMIN))
    said = [limit_said(one.seats, one.amounts.get(seen.currency), seen.currency) for one in found if one]
    return list(dict.fromkeys(said))


def _own_limit(seen: Visit) -> dict[str, str]:
    """What the fields of the account's own limit hold."""
    own = seen.customer.account.limits.get(BILLING_ADMIN, UNLIMITED)
    most = own.amounts.get(seen.currency)
    seats = "" if own.seats is None else str(own.seats)
    return {"seats": seats, "amount": "" if most is None else text(Money(most, seen.currency))}


def _shown(seen: Visit, one: MemberRow) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "role": role_name(seen.policy, one.role),
        "you": one.id == seen.actor.id,
        "last": seen.real_day(one.last_sign_in_at) if one.last_sign_in_at else "",
        "removable": one.role == "billing_admin",
    }
