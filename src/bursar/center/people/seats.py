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
from bursar.center.forms import SeatForm
from bursar.center.manage.offers import CHANGING
from bursar.center.spreadsheet import table
from bursar.center.visit import Visit, shown, to, visit
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
    seen = visit(request, account_id)
    seen.check("seats", "manage_members")
    return _page(request, seen)


@require_POST
def assign(request: HttpRequest, account_id: UUID, product: str) -> HttpResponse:
    """Assign a product to a member."""
    seen = visit(request, account_id)
    form = SeatForm(request.POST)
    if not form.is_valid():
        return _page(request, seen, {product: form.wrong("member")})
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            actions.assign(
                seen.policy, account_id, product, form.cleaned_data["member"], actor=seen.actor, now=seen.now
            )
    except NotFound:
        return _page(request, seen, {product: _("Choose somebody from the list.")})
    except Problem as problem:
        return _page(request, seen, {product: seen.said(problem)})
    _warn(request, seen)
    return to("seats", account_id)


def _warn(request: HttpRequest, seen: Visit) -> None:
    """Warn that a scheduled reduction leaves too few seats after this assignment."""
    catalog = current_catalog()
    for shortfall in coming_shortfalls(seen.id, seen.today):
        sentence = edits.short(
            edits.product_name(catalog, shortfall.product), shortfall.seats, shortfall.more, shortfall.on
        )
        messages.warning(request, sentence)


@require_POST
def free(request: HttpRequest, account_id: UUID, product: str, member_id: UUID) -> HttpResponse:
    """Take a product from a member; if they no longer have it, all is well."""
    seen = visit(request, account_id)
    try:
        actions.free(seen.policy, account_id, product, member_id, actor=seen.actor, now=seen.now)
    except NotFound:
        pass
    except Problem as problem:
        return _page(request, seen, {product: seen.said(problem)})
    return to("seats", account_id)


@require_safe
def export(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Return the seats as a table for a spreadsheet."""
    seen = visit(request, account_id)
    seen.check("seats", "manage_members")
    catalog = current_catalog()
    head = [_("Product"), _("Name"), _("Email"), _("Role"), _("Uses a seat"), _("Since"), _("Last seen")]
    rows = [
        (
            edits.product_name(catalog, holding.product),
            holding.name,
            holding.email,
            role_name(seen.policy, holding.role),
            _("yes") if holding.seat else _("no"),
            seen.day(holding.since).isoformat(),
            holding.seen_on.isoformat() if holding.seen_on else "",
        )
        for holding in _holdings(seen, _used(seen))
    ]
    return table("seats", head, rows)


def _page(request: HttpRequest, seen: Visit, wrong: dict[str, str] | None = None) -> HttpResponse:
    if wrong:
        seen.check("seats", "manage_members")
    catalog, everybody = current_catalog(), members(seen.id)
    used = _used(seen)
    people = _holdings(seen, used)
    wrong, status, products = dict(wrong or {}), 422 if wrong else 200, []
    for product, use in used.items():
        if not (use.bought or use.used):
            continue
        holdings = [row for row in people if row.product == product]
        member_ids = {row.member_id for row in holdings}
        idle = _idle(seen, holdings)
        products.append(
            {
                "code": product,
                "name": edits.product_name(catalog, product),
                "use": _in_use(use),
                "seats": use.bought > 0,
                "full": use.free == 0 and use.bought > 0,
                "over": money.number(use.used - use.bought) if use.used > use.bought > 0 else "",
                "counted": use.holders is None,
                "light": _light(use),
                "people": [_shown(seen, row, row.member_id in idle) for row in holdings],
                "idle": _how_many_idle(len(idle)),
                "others": [
                    (str(row.id), _named(seen, row.name, row.role)) for row in everybody if row.id not in member_ids
                ],
                "wrong": wrong.pop(product, ""),
            }
        )
    content: dict[str, Any] = {
        "products": products,
        # A refusal about a product that the account no longer has is shown nowhere else.
        "problem": " ".join(wrong.values()),
        "buy": any(seen.open(capability) for capability in CHANGING),
        "why_not": seen.why_not(seen.decide("add_seats")),
    }
    return shown(request, seen, "seats", "seats", content, status=status)


def _used(seen: Visit) -> Mapping[str, SeatUse]:
    """Return the seats of each product, after what has fallen due and is not written yet."""
    return context(seen.customer, seen.today, seen.policy).used


def _holdings(seen: Visit, used: Mapping[str, SeatUse]) -> list[AssignmentRow]:
    return keeping_seat(assignments(seen.id), used)


def _idle(seen: Visit, holdings: list[AssignmentRow]) -> set[UUID]:
    """Return the members whose seats are idle; none if the product never reports who uses it."""
    if not any(row.seen_on for row in holdings):
        return set()
    return {row.member_id for row in holdings if row.idle(seen.customer.zone, seen.today)}


def _in_use(use: SeatUse) -> str:
    """Return how many of the bought seats are used; for a product without seats, how many people use it."""
    used = money.number(use.used)
    if use.bought:
        return _("{used} of {bought} used").format(used=used, bought=money.number(use.bought))
    return ngettext(
        "{used} person uses it; it has no seats now", "{used} people use it; it has no seats now", use.used
    ).format(used=used)


def _how_many_idle(count: int) -> str:
    """Return the number of idle seats in words; empty for none."""
    if not count:
        return ""
    sentence = ngettext("{count} seat idle for a month or more", "{count} seats idle for a month or more", count)
    return sentence.format(count=money.number(count))


def _light(use: SeatUse) -> str:
    """Return the number of light agents and the most that the plan allows; empty without a limit."""
    if use.light_agents is None:
        return ""
    light, most = money.number(use.light), money.number(use.light_agents)
    return _("Light agents without a seat: {light} of {most}").format(light=light, most=most)


def _shown(seen: Visit, row: AssignmentRow, idle: bool) -> dict[str, Any]:
    return {
        "id": row.member_id,
        "name": row.name,
        "role": role_name(seen.policy, row.role),
        "since": money.day(seen.day(row.since)),
        "seat": row.seat,
        "seen": money.day(row.seen_on) if row.seen_on else "",
        "idle": idle,
    }


def _named(seen: Visit, name: str, role: str) -> str:
    return f"{name} ({role_name(seen.policy, role)})"
