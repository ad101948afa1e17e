"""Temporary seats: the fields of Manage subscription that add them, and those in force in words."""

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
    """Fields of temporary seats: how many, first day, last day; `now` are those in force.

    `open` is true if they are filled in already.
    """

    fields: tuple[BoundField, BoundField, BoundField]
    present: tuple[str, ...]
    help: str
    is_open: bool


def temporary_fields(item: Item, form: ManageForm, term_end: date) -> TemporaryFields:
    """Return the fields of temporary seats, filled in as they were sent."""
    temporary, first, last = (form[f"{name}_{item.product}"] for name in ("temporary", "first", "last"))
    return TemporaryFields(
        fields=(temporary, first, last),
        present=temporary_seats_in_words(item),
        help=_(
            "Only on these days, in addition to the permanent seats. The last possible day is {day}, when the term "
            "ends."
        ).format(day=money.day(term_end - timedelta(days=1))),
        is_open=bool(temporary.value() or temporary.errors or first.errors or last.errors),
    )


def temporary_seats_in_words(item: Item) -> tuple[str, ...]:
    """Return the temporary seats of an item in force, each with its last day."""
    return tuple(
        ngettext("{count} more until {day}", "{count} more until {day}", temporary.seats).format(
            # Spans end on the day after the last one, which is the day that people are told.
            count=money.number(temporary.seats),
            day=money.day(temporary.span.end - timedelta(days=1)),
        )
        for temporary in item.temporary
    )
