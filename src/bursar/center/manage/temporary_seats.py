"""Temporary seats: where they are asked for on the form of Manage subscription, and those in force in words."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.center.manage.form import ManageForm
from bursar.core.subscription.item import Item
from bursar.i18n import money


@dataclass(frozen=True, slots=True)
class TemporaryFields:
    """How many seats more, from which day to which; `now` are those in force.

    `open` is whether something stands there already.
    """

    fields: tuple[BoundField, BoundField, BoundField]
    now: tuple[str, ...]
    help: str
    open: bool


def temporary_fields(item: Item, form: ManageForm, term_end: date) -> TemporaryFields:
    """Where temporary seats of a product are asked for, filled in as it was sent."""
    seats, first, last = (form[f"{what}_{item.product}"] for what in ("temporary", "first", "last"))
    return TemporaryFields(
        fields=(seats, first, last),
        now=temporary_said(item),
        help=_(
            "On these days only, besides the seats that stay; the last day possible is {day}, when the term ends."
        ).format(day=money.day(term_end - timedelta(days=1))),
        open=bool(seats.value() or seats.errors or first.errors or last.errors),
    )


def temporary_said(item: Item) -> tuple[str, ...]:
    """The temporary seats of an item in force, each with its last day."""
    return tuple(
        ngettext("{count} more until {day}", "{count} more until {day}", one.seats).format(
            count=money.number(one.seats), day=money.day(one.span.end - timedelta(days=1))
        )
        for one in item.temporary
    )
