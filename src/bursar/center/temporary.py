"""Temporary seats on the form of Manage subscription: the fields, and the edit that they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.center.choice import Filled
from bursar.center.terms import AtField, count_given, day_given
from bursar.core.edit import AddTemporarySeats
from bursar.core.field import LAST_YEAR, MOST_SEATS
from bursar.core.item import Item
from bursar.core.period import Span
from bursar.words import money

LAST_DAY: Final = date(LAST_YEAR, 12, 31)
"""Never the last of some days: the one after it is none that an edit can name."""


class NotSeats(AtField):
    """Give how many temporary seats, a whole number from 1 to {most}."""

    code = "not_a_count"


class NotFirstDay(AtField):
    """Give the first day of the temporary seats, such as 2026-12-01."""

    code = "not_a_day"


class NotLastDay(AtField):
    """Give the last day of the temporary seats, not before the first one."""

    code = "not_a_day"


@dataclass(frozen=True, slots=True)
class DayField:
    """A day to be given."""

    field: str
    label: str
    value: str
    error: str


@dataclass(frozen=True, slots=True)
class TemporaryFields:
    """How many seats more, from which day to which; `now` are those in force.

    `open` is whether something stands there already.
    """

    field: str
    value: str
    error: str
    days: tuple[DayField, DayField]
    now: tuple[str, ...]
    help: str
    open: bool


def temporary_fields(item: Item, filled: Filled, today: date, term_end: date) -> TemporaryFields:
    """Where temporary seats of a product are asked for, filled in as it was sent."""
    names = tuple(f"{what}_{item.product}" for what in ("temporary", "first", "last"))
    seats, first, last = names
    return TemporaryFields(
        field=seats,
        value=filled.get(seats),
        error=filled.wrong.get(seats, ""),
        days=(
            DayField(first, _("First day"), filled.get(first, today.isoformat()), filled.wrong.get(first, "")),
            DayField(last, _("Last day"), filled.get(last), filled.wrong.get(last, "")),
        ),
        now=temporary_said(item),
        help=_(
            "On these days only, besides the seats that stay; the last day possible is {day}, when the term ends."
        ).format(day=money.day(term_end - timedelta(days=1))),
        open=bool(filled.get(seats)) or any(filled.wrong.get(one) for one in names),
    )


def temporary_asked(filled: Mapping[str, str], product: str) -> AddTemporarySeats | None:
    """The temporary seats that a filled form asks for, if it does. Errors: NotSeats, NotFirstDay, NotLastDay."""
    given = filled.get(f"temporary_{product}", "").strip()
    # The first day is filled in from the start; who gives the last one asks for seats.
    if not given and not filled.get(f"last_{product}"):
        return None
    seats = count_given(given, MOST_SEATS)
    if seats is None:
        raise NotSeats(f"temporary_{product}", most=MOST_SEATS)
    first = day_given(filled.get(f"first_{product}", ""))
    if first is None:
        raise NotFirstDay(f"first_{product}")
    last = day_given(filled.get(f"last_{product}", ""))
    if last is None or last < first or last == LAST_DAY:
        raise NotLastDay(f"last_{product}")
    return AddTemporarySeats(product=product, seats=seats, span=Span(first, last + timedelta(days=1)))


def temporary_said(item: Item) -> tuple[str, ...]:
    """The temporary seats of an item in force, each with its last day."""
    return tuple(
        ngettext("{count} more until {day}", "{count} more until {day}", one.seats).format(
            count=money.number(one.seats), day=money.day(one.span.end - timedelta(days=1))
        )
        for one in item.temporary
    )
