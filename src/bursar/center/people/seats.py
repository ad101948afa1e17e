"""Seats: the people of each product, assigning and freeing seats."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from bursar.catalog.queries import current as current_catalog
from bursar.center.form_fields import read_offset, read_search
from bursar.center.forms import AssignSeatForm
from bursar.center.manage.offers import CHANGING
from bursar.center.navigation import redirect_to
from bursar.center.spreadsheet import table
from bursar.center.visit import Visit, open_visit, render_page
from bursar.checkout import coming_shortfalls, context, followed
from bursar.core.messages.problem import NotFound, Problem
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.seats import SeatUse
from bursar.i18n import edits, money
from bursar.i18n.decision import role_name
from bursar.seats import actions
from bursar.seats.queries import (
    AssignmentRow,
    Candidate,
    assignments_after,
    assignments_by_product,
    candidates_by_product,
    idle_seats,
)

PRODUCTS: Final = 20
HOLDERS: Final = 50
CANDIDATES, MOST_CANDIDATES = 300, 100
"""The most that a page shows: products, people of each, and names to choose from for one product and for all."""


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
        for holding in assignments_after(visit.id, _used_seats(visit))
    ]
    return table("seats", head, rows)


def _page(request: HttpRequest, visit: Visit, errors: dict[str, str] | None = None) -> HttpResponse:
    if errors:
        visit.require("seats", "manage_members")
    errors, status = dict(errors or {}), 422 if errors else 200
    used = {product: use for product, use in _used_seats(visit).items() if use.bought or use.used}
    q, opened = read_search(request.GET.get("q", "")), request.GET.get("product", "")
    start = read_offset(request.GET.get("from", ""))
    # A page shows some products, or a single one that was opened, of which it then shows more people.
    shown = {opened: used[opened]} if opened in used else dict(list(used.items())[start : start + PRODUCTS])
    parts = _parts(visit, shown, q, start if opened in used else 0)
    products = [_product(visit, product, use, parts, errors.pop(product, "")) for product, use in shown.items()]
    has_next = opened not in used and len(used) > start + PRODUCTS
    content: dict[str, Any] = {
        "products": products,
        # A refusal about a product that the account no longer has is shown nowhere else.
        "problem": " ".join(errors.values()),
        "may_buy": any(visit.may_at_least_request(capability) for capability in CHANGING),
        "why_not": visit.explain(visit.decide("add_seats")),
        "q": q,
        "opened": opened if opened in used else "",
        # A search helps only where not everybody is shown.
        "has_search": bool(q) or any(product["next_page"] or product["has_other_candidates"] for product in products),
        "next_page": urlencode({"q": q, "from": str(start + PRODUCTS)}) if has_next else "",
    }
    return render_page(request, visit, "seats", "seats", content, status=status)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The people whom a page shows, by product: so many of each, and one more if there is one."""

    catalog: Catalog
    q: str
    start: int
    most_holders: int
    most_candidates: int
    holders: Mapping[str, list[AssignmentRow]]
    candidates: Mapping[str, list[Candidate]]
    idle: Mapping[str, int]


def _parts(visit: Visit, shown: Mapping[str, SeatUse], q: str, start: int) -> _Parts:
    most_holders = max(HOLDERS // max(len(shown), 1), 1)
    most_candidates = min(CANDIDATES // max(len(shown), 1), MOST_CANDIDATES)
    holders = assignments_by_product(visit.id, shown, q=q, limit=most_holders + 1, offset=start)
    candidates = candidates_by_product(visit.id, shown, q=q, limit=most_candidates + 1)
    idle = idle_seats(visit.id, shown, visit.customer.time_zone, visit.today)
    return _Parts(current_catalog(), q, start, most_holders, most_candidates, holders, candidates, idle)


def _product(visit: Visit, product: str, use: SeatUse, parts: _Parts, error: str) -> dict[str, Any]:
    holders, candidates = parts.holders[product], parts.candidates[product]
    following = {"product": product, "q": parts.q, "from": str(parts.start + parts.most_holders)}
    return {
        "code": product,
        "name": edits.product_name(parts.catalog, product),
        "usage": _seats_used(use),
        "has_seats": use.bought > 0,
        "is_full": use.free == 0 and use.bought > 0,
        "overused": money.number(use.used - use.bought) if use.used > use.bought > 0 else "",
        "counted_by_product": use.holders is None,
        "light_agents": _light_agents_used(use),
        # No seat is idle of a product that never reports who uses it.
        "holders": [_holder_row(visit, row, product in parts.idle) for row in holders[: parts.most_holders]],
        "next_page": urlencode(following) if len(holders) > parts.most_holders else "",
        "idle": _idle_sentence(parts.idle.get(product, 0)),
        "candidates": [
            (str(candidate.member_id), _name_and_role(visit, candidate.name, candidate.role))
            for candidate in candidates[: parts.most_candidates]
        ],
        "has_other_candidates": len(candidates) > parts.most_candidates,
        "error": error,
    }


def _used_seats(visit: Visit) -> Mapping[str, SeatUse]:
    """Return the seats of each product, after what has fallen due and is not written yet."""
    return context(visit.customer, visit.today, visit.policy).used


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


def _holder_row(visit: Visit, row: AssignmentRow, reports_use: bool) -> dict[str, Any]:
    return {
        "id": row.member_id,
        "name": row.name,
        "role": role_name(visit.policy, row.role),
        "since": money.day(visit.day_of(row.since)),
        "uses_seat": row.seat,
        "last_seen": money.day(row.seen_on) if row.seen_on else "",
        "idle": reports_use and row.idle(visit.customer.zone, visit.today),
    }


def _name_and_role(visit: Visit, name: str, role: str) -> str:
    return f"{name} ({role_name(visit.policy, role)})"
