"""Freed seats: the members to choose from when fewer seats are bought than used, and those chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.catalog.queries import current as current_catalog
from bursar.center.form_fields import read_uuid
from bursar.center.visit import Visit
from bursar.core.subscription.edit import ChangePlan, Edit, SetSeats
from bursar.core.subscription.seats import SeatUse, people_without_seat
from bursar.i18n import edits as words
from bursar.i18n import money
from bursar.seats.queries import AssignmentRow, longest_unseen

MOST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class SeatHolder:
    """Member who uses a seat, the day they were last seen, and whether they are chosen."""

    field: str
    name: str
    last_seen: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Release:
    """A product that would have fewer seats than are used, with its members, the longest unseen first.

    `others` says that there are more people than are shown.
    """

    product: str
    text: str
    people: tuple[SeatHolder, ...]
    others_text: str


def chosen_members(field_names: Iterable[str], product: str) -> tuple[UUID, ...]:
    """Return the members who were ticked in a form as giving up their seat of a product."""
    prefix = release_field(product, "")
    return tuple(
        member
        for field in field_names
        if field.startswith(prefix) and (member := read_uuid(field.removeprefix(prefix))) is not None
    )


def releases(visit: Visit, edits: Sequence[Edit], used: Mapping[str, SeatUse]) -> tuple[Release, ...]:
    """Return the choices to make before edits that leave fewer seats than are used."""
    return tuple(
        _release(visit, edit, use)
        for edit in edits
        if isinstance(edit, SetSeats | ChangePlan)
        and (use := used.get(edit.product)) is not None
        and use.holders is not None
        and people_without_seat(use, edit)
    )


def _release(visit: Visit, edit: SetSeats | ChangePlan, use: SeatUse) -> Release:
    product, to_free = words.product_name(current_catalog(), edit.product), people_without_seat(use, edit)
    # Only people who use a seat count: somebody may have lost theirs since the page was opened.
    still_needed = to_free - len(frozenset(edit.release) & (use.holders or frozenset()))
    sentence = ngettext(
        "{used} people use {product} (seats left: {seats}). Choose {more} more person who gives theirs up.",
        "{used} people use {product} (seats left: {seats}). Choose {more} more people who give theirs up.",
        still_needed,
    ).format(
        used=money.number(use.used),
        product=product,
        seats=money.number(use.used - to_free),
        more=money.number(still_needed),
    )
    enough_sentence = _("Enough people are chosen to give up their seat of {product}.").format(product=product)
    people = longest_unseen(visit.id, edit.product, use, MOST_SHOWN, edit.release)
    unlisted_count = use.used - len(people)
    others = ngettext("{count} other person is not listed", "{count} other people are not listed", unlisted_count)
    elsewhere = _("you can also take seats back on the Seats page.")
    return Release(
        product=product,
        text=sentence if still_needed > 0 else enough_sentence,
        people=tuple(_seat_holder(visit, person, person.member_id in edit.release) for person in people),
        others_text=f"{others.format(count=money.number(unlisted_count))}; {elsewhere}" if unlisted_count > 0 else "",
    )


def _seat_holder(visit: Visit, row: AssignmentRow, is_chosen: bool) -> SeatHolder:
    if row.seen_on is not None:
        last = _("last seen {day}").format(day=money.day(row.seen_on))
    else:
        last = _("never seen in the product; has the seat since {day}").format(day=money.day(visit.day_of(row.since)))
    return SeatHolder(release_field(row.product, str(row.member_id)), row.name, last, is_chosen)


def release_field(product: str, member: str) -> str:
    """Return the field of a form in which somebody is ticked as giving up their seat of a product."""
    return f"release_{product}_{member}"
