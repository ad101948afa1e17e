"""A small picture of the term: where we are in it, and what comes when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.core.calendar.cycle import Calendar
from bursar.core.calendar.period import Span
from bursar.core.subscription.subscription import Change
from bursar.i18n import money

WIDTH: Final = 1000
MOST_TICKS: Final = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """A day below the picture, and what it is; `kind` is begin, today, change or end."""

    kind: str
    on: str
    said: str


@dataclass(frozen=True, slots=True)
class Term:
    """The picture. Unit: of `gone`, `ticks` and `changes`, thousandths of its width."""

    said: str
    gone: int
    ticks: tuple[int, ...]
    changes: tuple[int, ...]
    marks: tuple[Mark, ...]


def term(calendar: Calendar, today: date, scheduled: Sequence[Change], ends_on: date | None) -> Term:
    """Draw the term of a day, with the billing periods in it and what is scheduled until it or the account ends."""
    span = calendar.term(today)
    # After the account nothing comes: no change that still stands there, no period and no term.
    last = span.end if ends_on is None else min(span.end, ends_on)
    day, days = (today - span.start).days + 1, (span.end - span.start).days
    said = ngettext("Day {day} of {days}", "Day {day} of {days}", days).format(
        day=money.number(day), days=money.number(days)
    )
    coming = [one for one in scheduled if one.effective_on < last]
    bars = [one.effective_on for one in coming] + ([last] if last < span.end else [])
    return Term(
        said=said,
        gone=_at(span, today),
        ticks=tuple(_at(span, on) for on in _periods(calendar, span) if on < last),
        changes=tuple(dict.fromkeys(_at(span, on) for on in bars)),
        marks=(
            Mark("begin", money.day(span.start), _("the term began")),
            Mark("today", money.day(today), _("today, {said}").format(said=said[0].lower() + said[1:])),
            *_changes(coming),
            Mark("end", money.day(last), _("the account ends") if last == ends_on else _("the next term begins")),
        ),
    )


def _changes(coming: Iterable[Change]) -> list[Mark]:
    counted: dict[date, int] = {}
    for one in coming:
        counted[one.effective_on] = counted.get(one.effective_on, 0) + 1
    return [
        Mark(
            "change",
            money.day(on),
            ngettext("{count} scheduled change", "{count} scheduled changes", count).format(count=money.number(count)),
        )
        for on, count in sorted(counted.items())
    ]


def _periods(calendar: Calendar, span: Span) -> list[date]:
    """The days inside the term on which a billing period begins; none where there are too many to be seen."""
    found = []
    on = calendar.period(span.start).end
    while on < span.end:
        found.append(on)
        if len(found) > MOST_TICKS:
            return []
        on = calendar.period(on).end
    return found


def _at(span: Span, on: date) -> int:
    return WIDTH * (on - span.start).days // (span.end - span.start).days
