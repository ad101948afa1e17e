"""Team: the members of the account, invitations, roles, and what happens to their seats."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bursar.accounts import members as actions
from bursar.accounts.member_list import MemberRow, Order, member_row, members
from bursar.catalog.queries import current as current_catalog
from bursar.center.form_fields import read_offset, read_search
from bursar.center.forms import PersonForm, RoleForm
from bursar.center.navigation import redirect_to
from bursar.center.visit import Visit, open_visit, render_page
from bursar.checkout import followed
from bursar.core.messages.problem import Problem
from bursar.core.policy.member import IN_CHARGE, OWNER, TooManyInvitations, capability_for_member
from bursar.core.subscription.seats import SEATLESS
from bursar.i18n import edits
from bursar.i18n.decision import role_name
from bursar.seats import actions as seats
from bursar.seats.queries import assignments

PAGE: Final = 50
_ORDERS: Final[Mapping[str, Order]] = {"name": "name", "sign_in": "sign_in"}
"""The orders that a reader may choose; every other choice is the order of the roles."""
ASSIGNABLE: Final = ("admin", "agent", SEATLESS)
"""The roles that a member who manages members may give; the others have a page of their own."""


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show all members to people who manage them; to others the owner and the billing admins."""
    return _page(request, open_visit(request, account_id))


@require_POST
def invite(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Invite somebody."""
    visit = open_visit(request, account_id)
    form = _invitation(visit, request.POST)
    if not form.is_valid():
        return _page(request, visit, form, status=form.status)
    try:
        actions.add_member(visit.policy, account_id, **form.cleaned_data, actor=visit.actor, now=visit.now)
    except Problem as problem:
        return _page(request, visit, form, problem=visit.message(problem), status=_problem_status(problem))
    messages.success(request, _("{name} is invited by an email to {email}.").format(**form.cleaned_data))
    return redirect_to("team", account_id)


@require_safe
def person(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Show a member, and what this person may do with them."""
    visit = open_visit(request, account_id)
    visit.require("team", "manage_members")
    return _person(request, visit, member_id)


@require_POST
def invite_again(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Send an invitation once more."""
    return _change_member(request, account_id, member_id, actions.invite_again, _("{name} is invited again."))


@require_POST
def role(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Change the role of a member."""
    visit = open_visit(request, account_id)
    form = _role_form(visit, request.POST)
    if not form.is_valid():
        visit.require("team", "manage_members")
        return _person(request, visit, member_id, form=form, status=form.status)
    template = _("{name} has another role now.")
    return _change_member(request, account_id, member_id, seats.change_member, template, **form.cleaned_data)


@require_POST
def suspend(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Suspend a member."""
    return _change_member(
        request, account_id, member_id, seats.change_member, _("{name} is suspended."), state="suspended"
    )


@require_POST
def resume(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Resume a suspended member."""
    return _change_member(
        request, account_id, member_id, seats.change_member, _("{name} is active again."), state="active"
    )


@require_POST
def remove(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Remove a member, or withdraw an invitation."""
    return _change_member(request, account_id, member_id, seats.remove_member, _("{name} is no longer a member."))


def _change_member(
    request: HttpRequest, account_id: UUID, member_id: UUID, action: Callable[..., None], template: str, **fields: str
) -> HttpResponse:
    """Carry out an action on a member, and say which seats it freed."""
    visit = open_visit(request, account_id)
    row = member_row(account_id, member_id)
    # Compared before and after: the rule that frees seats stands in the core, and a change that is due frees some too.
    before = _products_with_seat(account_id, member_id)
    try:
        with followed(account_id, actor=visit.actor, now=visit.now):
            action(visit.policy, account_id, member_id, actor=visit.actor, now=visit.now, **fields)
    except Problem as problem:
        visit.require("team", "manage_members")
        return _person(request, visit, member_id, visit.message(problem), status=_problem_status(problem))
    after, sentences = _products_with_seat(account_id, member_id), [template.format(name=row.name if row else "")]
    if freed := ", ".join(product for product in before if product not in after):
        sentences.append(_("A seat is free now, and stays bought: {products}.").format(products=freed))
    messages.success(request, " ".join(sentences))
    return redirect_to("team", account_id)


def _page(
    request: HttpRequest,
    visit: Visit,
    invitation: PersonForm | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    manages_members = visit.may("manage_members")
    filters = {name: read_search(request.GET.get(name, "")) for name in ("q", "role", "state", "sort")}
    start = read_offset(request.GET.get("from", ""))
    # One more than is shown tells whether there is a next page, without counting all.
    matching = members(
        visit.id,
        q=filters["q"],
        roles=[role for role in _visible_roles(visit) if filters["role"] in ("", role)],
        state=filters["state"],
        order=_ORDERS.get(filters["sort"], "role"),
        offset=start,
        limit=PAGE + 1,
    )
    listed = matching[:PAGE]
    products = _products_of_members(visit.id, [row.id for row in listed]) if manages_members else {}
    role_choices = [(role, role_name(visit.policy, role)) for role in visit.policy.roles]
    content: dict[str, Any] = {
        "people": [_member_row(visit, row, products.get(row.id, [])) for row in listed],
        "manages_members": manages_members,
        "lead": _("Who is in the account. Inviting people costs nothing; giving them a product uses a seat.")
        if manages_members
        else _("Whom to ask: the owner and the billing admins."),
        "why_not": visit.explain(visit.decide("manage_members")),
        "filters": filters,
        "is_filtered": any(filters.values()),
        "next_page": urlencode({**filters, "from": str(start + PAGE)}) if len(matching) > PAGE else "",
        "role_choices": [("", _("every role")), *role_choices],
        "state_choices": [
            ("", _("every state")),
            *((state, _state_name(state)) for state in ("active", "invited", "suspended")),
        ],
        "order_choices": [("", _("by role")), ("name", _("by name")), ("sign_in", _("by last sign-in"))],
        "form": invitation or _invitation(visit),
        "problem": problem,
    }
    return render_page(request, visit, "team", "team", content, status=status)


def _invitation(visit: Visit, posted: QueryDict | None = None) -> PersonForm:
    roles = [(code, role_name(visit.policy, code)) for code in visit.policy.roles if code in ASSIGNABLE]
    return PersonForm(posted, initial={"role": "agent"}, choices={"role": roles})


def _role_form(visit: Visit, posted: QueryDict | None = None, *, now: str = "") -> RoleForm:
    roles = [(code, role_name(visit.policy, code)) for code in ASSIGNABLE]
    return RoleForm(posted, initial={"role": now}, choices={"role": roles})


def _person(
    request: HttpRequest,
    visit: Visit,
    member_id: UUID,
    problem: str = "",
    *,
    form: RoleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    row = member_row(visit.id, member_id)
    # Somebody whom this reader may not see is answered like somebody who is not there.
    if row is None or row.role not in _visible_roles(visit):
        raise Http404
    products = _products_of_members(visit.id, [row.id]).get(row.id, [])
    capability = capability_for_member(row.role, row.role)
    is_reader, is_owner = row.id == visit.actor.id, row.role == OWNER
    seat_products = ", ".join(product for product, seat in products if seat)
    may_change = visit.may(capability) and not is_reader and not is_owner
    seatless = role_name(visit.policy, SEATLESS)
    effect = _("Uses a seat of {seats}. As {seatless} they would use none; the seat would become free and stay bought.")
    content = {
        "member": _member_row(visit, row, products),
        "seats": seat_products,
        "seat_effect": effect.format(seats=seat_products, seatless=seatless) if seat_products else _("Uses no seat."),
        "form": form or _role_form(visit, now=row.role),
        "may_change_role": may_change and row.role in ASSIGNABLE,
        "is_invited": row.state == "invited",
        "is_suspended": row.state == "suspended",
        "may_change": may_change,
        "is_reader": is_reader,
        "is_owner": is_owner,
        "why_not": "" if is_reader or is_owner else visit.explain(visit.decide(capability)),
        "problem": problem,
    }
    return render_page(request, visit, "team", "person", content, status=status)


def _problem_status(problem: Problem) -> int:
    return 429 if isinstance(problem, TooManyInvitations) else 409


def _visible_roles(visit: Visit) -> list[str]:
    """Return the roles whose members this person may see, in the order of the policy."""
    manages_members = visit.may("manage_members")
    return [role for role in visit.policy.roles if manages_members or role in IN_CHARGE]


def _member_row(visit: Visit, row: MemberRow, products: list[tuple[str, bool]]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "role": role_name(visit.policy, row.role),
        "state": "" if row.state == "active" else _state_name(row.state),
        "badge_kind": "bad" if row.state == "suspended" else "warn",
        "invited_on": visit.real_day(row.invited_at) if row.invited_at else "",
        "products": ", ".join(product for product, _seat in products),
        "last_sign_in": visit.real_day(row.last_sign_in_at) if row.last_sign_in_at else "",
        "is_reader": row.id == visit.actor.id,
    }


def _products_of_members(account_id: UUID, member_ids: list[UUID]) -> dict[UUID, list[tuple[str, bool]]]:
    """Return the products of some members by name, and whether they use a seat of each."""
    catalog, products = current_catalog(), dict[UUID, list[tuple[str, bool]]]()
    for holding in assignments(account_id, member_ids):
        products.setdefault(holding.member_id, []).append((edits.product_name(catalog, holding.product), holding.seat))
    return products


def _products_with_seat(account_id: UUID, member_id: UUID) -> list[str]:
    """Return the products of which a member uses a seat."""
    return [product for product, seat in _products_of_members(account_id, [member_id]).get(member_id, []) if seat]


def _state_name(code: str) -> str:
    return {"active": _("active"), "invited": _("invited"), "suspended": _("suspended")}[code]
