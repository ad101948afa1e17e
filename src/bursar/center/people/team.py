"""Team: the members of the account, invitations, roles, and what happens to their seats."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bursar.accounts import members as actions
from bursar.accounts.queries import MemberRow, members
from bursar.catalog.queries import current as current_catalog
from bursar.center.forms import PersonForm, RoleForm
from bursar.center.visit import Visit, shown, to, visit
from bursar.checkout import followed
from bursar.core.messages.problem import Problem
from bursar.core.policy.member import BILLING_ADMIN, OWNER, TooManyInvitations, capability_for_member
from bursar.core.subscription.seats import SEATLESS
from bursar.i18n import edits
from bursar.i18n.decision import role_name
from bursar.i18n.language import folded
from bursar.seats import actions as seats
from bursar.seats.queries import assignments

PAGE: Final = 50
ORDINARY: Final = ("admin", "agent", SEATLESS)
"""The roles that a member who manages members may give; the others have a page of their own."""


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show all members to people who manage them; to others the owner and the billing admins."""
    return _page(request, visit(request, account_id))


@require_POST
def invite(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Invite somebody."""
    seen = visit(request, account_id)
    form = _invitation(seen, request.POST)
    if not form.is_valid():
        return _page(request, seen, form, status=form.status)
    try:
        actions.add_member(seen.policy, account_id, **form.cleaned_data, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, form, problem=seen.said(problem), status=_status(problem))
    messages.success(request, _("{name} is invited by an email to {email}.").format(**form.cleaned_data))
    return to("team", account_id)


@require_safe
def person(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Show a member, and what this person may do with them."""
    seen = visit(request, account_id)
    seen.check("team", "manage_members")
    return _person(request, seen, member_id)


@require_POST
def invite_again(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Send an invitation once more."""
    return _do(request, account_id, member_id, actions.invite_again, _("{name} is invited again."))


@require_POST
def role(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Change the role of a member."""
    seen = visit(request, account_id)
    form = _role_form(seen, request.POST)
    if not form.is_valid():
        seen.check("team", "manage_members")
        return _person(request, seen, member_id, form=form, status=form.status)
    done = _("{name} has another role now.")
    return _do(request, account_id, member_id, seats.change_member, done, **form.cleaned_data)


@require_POST
def suspend(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Suspend a member."""
    return _do(request, account_id, member_id, seats.change_member, _("{name} is suspended."), state="suspended")


@require_POST
def resume(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Resume a suspended member."""
    return _do(request, account_id, member_id, seats.change_member, _("{name} is active again."), state="active")


@require_POST
def remove(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Remove a member, or withdraw an invitation."""
    return _do(request, account_id, member_id, seats.remove_member, _("{name} is no member any more."))


def _do(
    request: HttpRequest, account_id: UUID, member_id: UUID, action: Callable[..., None], done: str, **fields: str
) -> HttpResponse:
    """Carry out an action on a member, and say which seats it freed."""
    seen = visit(request, account_id)
    row = next((member for member in members(account_id) if member.id == member_id), None)
    before = _seated(account_id, member_id)
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            action(seen.policy, account_id, member_id, actor=seen.actor, now=seen.now, **fields)
    except Problem as problem:
        seen.check("team", "manage_members")
        return _person(request, seen, member_id, seen.said(problem), status=_status(problem))
    after, sentences = _seated(account_id, member_id), [done.format(name=row.name if row else "")]
    if freed := ", ".join(product for product in before if product not in after):
        sentences.append(_("A seat is free now, and stays bought: {products}.").format(products=freed))
    messages.success(request, " ".join(sentences))
    return to("team", account_id)


def _page(
    request: HttpRequest,
    seen: Visit,
    invitation: PersonForm | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    manages, people = seen.may("manage_members"), _everybody(seen)
    chosen = {name: request.GET.get(name, "").strip() for name in ("q", "role", "state", "sort")}
    listed = _sorted([row for row in people if _matches(row, chosen)], tuple(seen.policy.roles), chosen["sort"])
    start = _number(request.GET.get("from", ""))
    products = _products_of_members(seen.id) if manages else {}
    named = [(role, role_name(seen.policy, role)) for role in seen.policy.roles]
    content: dict[str, Any] = {
        "people": [_shown(seen, row, products.get(row.id, [])) for row in listed[start : start + PAGE]],
        "manages": manages,
        "lead": _("Who is in the account. Inviting people costs nothing; giving them a product uses a seat.")
        if manages
        else _("Whom to ask: the owner and the billing admins."),
        "why_not": seen.why_not(seen.decide("manage_members")),
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "following": urlencode({**chosen, "from": str(start + PAGE)}) if len(listed) > start + PAGE else "",
        "any_role": [("", _("every role")), *named],
        "any_state": [("", _("every state")), *((one, _state(one)) for one in ("active", "invited", "suspended"))],
        "orders": [("", _("by role")), ("name", _("by name")), ("sign_in", _("by last sign-in"))],
        "form": invitation or _invitation(seen),
        "problem": problem,
    }
    return shown(request, seen, "team", "team", content, status=status)


def _invitation(seen: Visit, sent: QueryDict | None = None) -> PersonForm:
    roles = [(code, role_name(seen.policy, code)) for code in seen.policy.roles if code in ORDINARY]
    return PersonForm(sent, filled={"role": "agent"}, choices={"role": roles})


def _role_form(seen: Visit, sent: QueryDict | None = None, *, now: str = "") -> RoleForm:
    roles = [(code, role_name(seen.policy, code)) for code in ORDINARY]
    return RoleForm(sent, filled={"role": now}, choices={"role": roles})


def _person(
    request: HttpRequest,
    seen: Visit,
    member_id: UUID,
    problem: str = "",
    *,
    form: RoleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    row = next((member for member in _everybody(seen) if member.id == member_id), None)
    if row is None:
        raise Http404
    products, deciding = _products_of_members(seen.id).get(row.id, []), capability_for_member(row.role, row.role)
    mine, owner = row.id == seen.actor.id, row.role == OWNER
    seats_of = ", ".join(product for product, seat in products if seat)
    may = seen.may(deciding) and not mine and not owner
    seatless = role_name(seen.policy, SEATLESS)
    effect = _("Uses a seat of {seats}. As {seatless} they would use none: it would be free, and stay bought.")
    content = {
        "one": _shown(seen, row, products),
        "seats": seats_of,
        "effect": effect.format(seats=seats_of, seatless=seatless) if seats_of else _("Uses no seat."),
        "form": form or _role_form(seen, now=row.role),
        "changes_role": may and row.role in ORDINARY,
        "invited": row.state == "invited",
        "suspended": row.state == "suspended",
        "may": may,
        "mine": mine,
        "owner": owner,
        "why_not": "" if mine or owner else seen.why_not(seen.decide(deciding)),
        "problem": problem,
    }
    return shown(request, seen, "team", "person", content, status=status)


def _status(problem: Problem) -> int:
    return 429 if isinstance(problem, TooManyInvitations) else 409


def _everybody(seen: Visit) -> list[MemberRow]:
    """Return the members whom this person may see."""
    rows = members(seen.id)
    return rows if seen.may("manage_members") else [row for row in rows if row.role in (OWNER, BILLING_ADMIN)]


def _shown(seen: Visit, row: MemberRow, products: list[tuple[str, bool]]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "role": role_name(seen.policy, row.role),
        "state": "" if row.state == "active" else _state(row.state),
        "kind": "bad" if row.state == "suspended" else "warn",
        "since": seen.real_day(row.invited_at) if row.invited_at else "",
        "products": ", ".join(product for product, _seat in products),
        "last": seen.real_day(row.last_sign_in_at) if row.last_sign_in_at else "",
        "you": row.id == seen.actor.id,
    }


def _products_of_members(account_id: UUID) -> dict[UUID, list[tuple[str, bool]]]:
    """Return the products of each member by name, and whether they use a seat of each."""
    catalog, products = current_catalog(), dict[UUID, list[tuple[str, bool]]]()
    for holding in assignments(account_id):
        products.setdefault(holding.member_id, []).append((edits.product_name(catalog, holding.product), holding.seat))
    return products


def _seated(account_id: UUID, member_id: UUID) -> list[str]:
    """Return the products of which a member uses a seat."""
    return [product for product, seat in _products_of_members(account_id).get(member_id, []) if seat]


def _matches(row: MemberRow, chosen: dict[str, str]) -> bool:
    matches_text = folded(chosen["q"]) in folded(f"{row.name} {row.email}")
    return matches_text and chosen["role"] in ("", row.role) and chosen["state"] in ("", row.state)


def _sorted(rows: list[MemberRow], roles: tuple[str, ...], order: str) -> list[MemberRow]:
    rows = sorted(rows, key=lambda row: (folded(row.name), row.name))
    if order == "sign_in":
        return sorted(rows, key=lambda row: row.last_sign_in_at.timestamp() if row.last_sign_in_at else 0, reverse=True)
    return rows if order == "name" else sorted(rows, key=lambda row: roles.index(row.role))


def _state(code: str) -> str:
    return {"active": _("active"), "invited": _("invited"), "suspended": _("suspended")}[code]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else 0
