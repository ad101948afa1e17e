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
    day: str
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """The picture. Unit: of `gone`, `ticks` and `changes`, thousandths of its width."""

    text: str
    elapsed: int
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
    coming_changes = [change for change in scheduled if change.effective_on < last]
    bar_days = [change.effective_on for change in coming_changes] + ([last] if last < span.end else [])
    return Term(
        text=sentence,
        elapsed=_position(span, today),
        ticks=tuple(_position(span, day) for day in _period_starts(calendar, span) if day < last),
        changes=tuple(dict.fromkeys(_position(span, day) for day in bar_days)),
        marks=(
            Mark("begin", money.day(span.start), _("the term began")),
            Mark("today", money.day(today), _("today, {said}").format(said=sentence[0].lower() + sentence[1:])),
            *_change_marks(coming_changes),
            Mark("end", money.day(last), _("the account ends") if last == ends_on else _("the next term begins")),
        ),
    )


def _change_marks(coming_changes: Iterable[Change]) -> list[Mark]:
    changes_by_day: dict[date, int] = {}
    for change in coming_changes:
        changes_by_day[change.effective_on] = changes_by_day.get(change.effective_on, 0) + 1
    return [
        Mark(
            "change",
            money.day(day),
            ngettext("{count} scheduled change", "{count} scheduled changes", count).format(count=money.number(count)),
        )
        for day, count in sorted(changes_by_day.items())
    ]


def _period_starts(calendar: Calendar, span: Span) -> list[date]:
    """Return the days on which billing periods begin within the term; none if there are too many to draw."""
    days = []
    day = calendar.period(span.start).end
    while day < span.end:
        days.append(day)
        # Daily or weekly periods of a long term would draw a grey bar instead of ticks.
        if len(days) > MOST_TICKS:
            return []
        day = calendar.period(day).end
    return days


def _position(span: Span, day: date) -> int:
    # Whole thousandths: the picture is no figure that anybody pays.
    return WIDTH * (day - span.start).days // (span.end - span.start).days
