"""Picture of the term: where today is in it, and what comes when."""

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
    """Draw the term around a day, with its billing periods and scheduled changes, up to its end or the account's."""
    span = calendar.term(today)
    # After the end of the account there is nothing to draw, even if changes are still scheduled there.
    last = span.end if ends_on is None else min(span.end, ends_on)
    day, days = (today - span.start).days + 1, (span.end - span.start).days
    sentence = ngettext("Day {day} of {days}", "Day {day} of {days}", days).format(
        day=money.number(day), days=money.number(days)
    )
    coming = [change for change in scheduled if change.effective_on < last]
    bars = [change.effective_on for change in coming] + ([last] if last < span.end else [])
    return Term(
        said=sentence,
        gone=_at(span, today),
        ticks=tuple(_at(span, on) for on in _periods(calendar, span) if on < last),
        changes=tuple(dict.fromkeys(_at(span, on) for on in bars)),
        marks=(
            Mark("begin", money.day(span.start), _("the term began")),
            Mark("today", money.day(today), _("today, {said}").format(said=sentence[0].lower() + sentence[1:])),
            *_changes(coming),
            Mark("end", money.day(last), _("the account ends") if last == ends_on else _("the next term begins")),
        ),
    )


def _changes(coming: Iterable[Change]) -> list[Mark]:
    changes_by_day: dict[date, int] = {}
    for change in coming:
        changes_by_day[change.effective_on] = changes_by_day.get(change.effective_on, 0) + 1
    return [
        Mark(
            "change",
            money.day(on),
            ngettext("{count} scheduled change", "{count} scheduled changes", count).format(count=money.number(count)),
        )
        for on, count in sorted(changes_by_day.items())
    ]


def _periods(calendar: Calendar, span: Span) -> list[date]:
    """Return the days on which billing periods begin within the term; none if there are too many to draw."""
    days = []
    on = calendar.period(span.start).end
    while on < span.end:
        days.append(on)
        if len(days) > MOST_TICKS:
            return []
        on = calendar.period(on).end
    return days


def _at(span: Span, on: date) -> int:
    return WIDTH * (on - span.start).days // (span.end - span.start).days
