"""Seats: the people of each product, assigning and freeing seats."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bursar.accounts.queries import members
from bursar.catalog.queries import current as current_catalog
from bursar.center.forms import AssignSeatForm
from bursar.center.manage.offers import CHANGING
from bursar.center.navigation import redirect_to
from bursar.center.spreadsheet import table
from bursar.center.visit import Visit, open_visit, render_page
from bursar.checkout import coming_shortfalls, context, followed
from bursar.core.messages.problem import NotFound, Problem
from bursar.core.subscription.seats import SeatUse
from bursar.i18n import edits, money
from bursar.i18n.decision import role_name
from bursar.seats import actions
from bursar.seats.queries import AssignmentRow, assignments, keeping_seat


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the seats of each product, with the people who use them."""
    visit = open_visit(request, account_id)
    visit.require("seats", "manage_members")
    return _page(request, visit)


@require_POST
def assign(request: HttpRequest, account_id: UUID, product: str) -> HttpResponse:
    """Assign a product to a member."""
    visit = open_visit(request, account_id)
    form = AssignSeatForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, {product: form.error_of("member")})
    try:
        with followed(account_id, actor=visit.actor, now=visit.now):
            actions.assign(
                visit.policy, account_id, product, form.cleaned_data["member"], actor=visit.actor, now=visit.now
            )
    except NotFound:
        # The list may be old: the person has left the account, or the product is not sold any more.
        return _page(request, visit, {product: _("Choose somebody from the list.")})
    except Problem as problem:
        return _page(request, visit, {product: visit.message(problem)})
    _warn_of_shortfalls(request, visit)
    return redirect_to("seats", account_id)


def _warn_of_shortfalls(request: HttpRequest, visit: Visit) -> None:
    """Warn that a scheduled reduction leaves too few seats after this assignment."""
    catalog = current_catalog()
    for shortfall in coming_shortfalls(visit.id, visit.today):
        sentence = edits.shortfall_in_words(
            edits.product_name(catalog, shortfall.product), shortfall.seats, shortfall.more, shortfall.on
        )
        messages.warning(request, sentence)


@require_POST
def free(request: HttpRequest, account_id: UUID, product: str, member_id: UUID) -> HttpResponse:
    """Take a product from a member; if they no longer have it, all is well."""
    visit = open_visit(request, account_id)
    try:
        actions.free(visit.policy, account_id, product, member_id, actor=visit.actor, now=visit.now)
    except NotFound:
        pass
    except Problem as problem:
        return _page(request, visit, {product: visit.message(problem)})
    return redirect_to("seats", account_id)


@require_safe
def export(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Return the seats as a table for a spreadsheet."""
    visit = open_visit(request, account_id)
    visit.require("seats", "manage_members")
    catalog = current_catalog()
    head = [_("Product"), _("Name"), _("Email"), _("Role"), _("Uses a seat"), _("Since"), _("Last seen")]
    rows = [
        (
            edits.product_name(catalog, holding.product),
            holding.name,
            holding.email,
            role_name(visit.policy, holding.role),
            _("yes") if holding.seat else _("no"),
            visit.day_of(holding.since).isoformat(),
            holding.seen_on.isoformat() if holding.seen_on else "",
        )
        for holding in _holdings(visit, _used_seats(visit))
    ]
    return table("seats", head, rows)


def _page(request: HttpRequest, visit: Visit, errors: dict[str, str] | None = None) -> HttpResponse:
    if errors:
        visit.require("seats", "manage_members")
    catalog, all_members, used = current_catalog(), members(visit.id), _used_seats(visit)
    all_holdings = _holdings(visit, used)
    errors, status, products = dict(errors or {}), 422 if errors else 200, []
    for product, use in used.items():
        if not (use.bought or use.used):
            continue
        holdings = [row for row in all_holdings if row.product == product]
        member_ids = {row.member_id for row in holdings}
        idle_ids = _idle_members(visit, holdings)
        products.append(
            {
                "code": product,
                "name": edits.product_name(catalog, product),
                "usage": _seats_used(use),
                "has_seats": use.bought > 0,
                "is_full": use.free == 0 and use.bought > 0,
                "overused": money.number(use.used - use.bought) if use.used > use.bought > 0 else "",
                "counted_by_product": use.holders is None,
                "light_agents": _light_agents_used(use),
                "holders": [_holder_row(visit, row, row.member_id in idle_ids) for row in holdings],
                "idle": _idle_sentence(len(idle_ids)),
                "candidates": [
                    (str(row.id), _name_and_role(visit, row.name, row.role))
                    for row in all_members
                    if row.id not in member_ids
                ],
                "error": errors.pop(product, ""),
            }
        )
    content: dict[str, Any] = {
        "products": products,
        # A refusal about a product that the account no longer has is shown nowhere else.
        "problem": " ".join(errors.values()),
        "may_buy": any(visit.may_at_least_request(capability) for capability in CHANGING),
        "why_not": visit.explain(visit.decide("add_seats")),
    }
    return render_page(request, visit, "seats", "seats", content, status=status)


def _used_seats(visit: Visit) -> Mapping[str, SeatUse]:
    """Return the seats of each product, after what has fallen due and is not written yet."""
    return context(visit.customer, visit.today, visit.policy).used


def _holdings(visit: Visit, used: Mapping[str, SeatUse]) -> list[AssignmentRow]:
    """Return the people of each product, without those who lose their seat by what has fallen due."""
    return keeping_seat(assignments(visit.id), used)


def _idle_members(visit: Visit, holdings: list[AssignmentRow]) -> set[UUID]:
    """Return the members whose seats are idle; none if the product never reports who uses it."""
    # A product that never reports anybody would make all its seats look idle.
    if not any(row.seen_on for row in holdings):
        return set()
    return {row.member_id for row in holdings if row.idle(visit.customer.zone, visit.today)}


def _seats_used(use: SeatUse) -> str:
    """Return how many of the bought seats are used; for a product without seats, how many people use it."""
    used = money.number(use.used)
    if use.bought:
        return _("{used} of {bought} used").format(used=used, bought=money.number(use.bought))
    return ngettext(
        "{used} person uses it; it has no seats now", "{used} people use it; it has no seats now", use.used
    ).format(used=used)


def _idle_sentence(count: int) -> str:
    """Return the number of idle seats in words; empty for none."""
    if not count:
        return ""
    sentence = ngettext("{count} seat idle for a month or more", "{count} seats idle for a month or more", count)
    return sentence.format(count=money.number(count))


def _light_agents_used(use: SeatUse) -> str:
    """Return the number of light agents and the most that the plan allows; empty without a limit."""
    if use.light_agents is None:
        return ""
    light, most = money.number(use.light), money.number(use.light_agents)
    return _("Light agents without a seat: {light} of {most}").format(light=light, most=most)


def _holder_row(visit: Visit, row: AssignmentRow, idle_ids: bool) -> dict[str, Any]:
    return {
        "id": row.member_id,
        "name": row.name,
        "role": role_name(visit.policy, row.role),
        "since": money.day(visit.day_of(row.since)),
        "uses_seat": row.seat,
        "last_seen": money.day(row.seen_on) if row.seen_on else "",
        "idle": idle_ids,
    }


def _name_and_role(visit: Visit, name: str, role: str) -> str:
    return f"{name} ({role_name(visit.policy, role)})"
