"""What an account will be charged from a day on, up to the first invoice of the billing period that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from uuid import UUID

from bursar.core.charge import Line, covered, open_period
from bursar.core.situation import Situation
from bursar.core.subscription import Moment, state_on


@dataclass(frozen=True, slots=True)
class Ahead:
    """Lines due on a day, those of the days until the next billing period, and those of its first day, `renewal_on`.

    `renewal_on` is None when nothing is renewed.
    """

    today: tuple[Line, ...]
    meanwhile: tuple[Line, ...] = ()
    renewal_on: date | None = None
    renewal: tuple[Line, ...] = ()


def ahead(situation: Situation, moments: Sequence[Moment], on: date) -> Ahead:
    """What is charged from a day on if nothing else is agreed."""
    lines = situation.due(moments, on, situation.billed)
    renewal_on = _next_period(situation, moments, on)
    if renewal_on is None:
        return Ahead(lines)
    # What is charged until then counts as paid: a period that is cut short gives back the rest of the old one.
    numbers = count(1)
    billed = covered(situation.billed, [(UUID(int=next(numbers)), line) for line in lines])
    meanwhile: list[Line] = []
    for day in (moment.on for moment in moments if on < moment.on < renewal_on):
        coming = situation.due(moments, day, billed)
        billed = covered(billed, [(UUID(int=next(numbers)), line) for line in coming])
        meanwhile += coming
    if not state_on(situation.start, moments, renewal_on).items:
        return Ahead(lines, tuple(meanwhile))
    return Ahead(lines, tuple(meanwhile), renewal_on, situation.due(moments, renewal_on, billed))


def _next_period(situation: Situation, moments: Sequence[Moment], on: date) -> date | None:
    """The first day of the billing period that follows: the end of this one, unless another cycle begins before."""
    period = open_period(state_on(situation.start, moments, on), on)
    begins = [
        moment.on
        for moment in moments
        if moment.on > on and (new := open_period(moment.state, moment.on)) and new.start == moment.on
    ]
    if period is None:
        return min(begins, default=None)
    return min([period.end, *begins])
