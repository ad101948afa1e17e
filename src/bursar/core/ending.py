"""What changes do to the end of an account: it comes, it comes no longer, or it is there."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from bursar.core.edit import Cancel, RemoveProduct
from bursar.core.policy import State
from bursar.core.subscription import Change, Moment, Subscription, state_on, timeline


class Course(StrEnum):
    """How an account's end stands after something happened."""

    ENDS = "ends"
    GOES_ON = "goes_on"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Ending:
    """A turn in the life of an account: on which day it ends, would have ended or ended, and the products lost then.

    `change` is what ends it, usually by cancelling or by taking its last base product away.
    """

    course: Course
    on: date
    lost: tuple[str, ...]
    change: Change


def ending_taken(start: Subscription, changes: Iterable[Change], made: Collection[UUID], today: date) -> Ending | None:
    """What changes that were taken together today did to the account's end; nothing where it stays as it was."""
    changes = tuple(changes)
    first, last = _positions(changes, made)
    before = timeline(start, (one for one in changes if one.position < first))
    after = timeline(start, (one for one in changes if one.position <= last))
    was, ends = _end(before), _end(after)
    if start.standing is State.CANCELLED or (was and was.on) == (ends and ends.on):
        return None
    if ends is None:
        assert was is not None
        return Ending(Course.GOES_ON, was.on, (), _cause(was, ()))
    course = Course.ENDS if ends.on > today else Course.ENDED
    return Ending(course, ends.on, _held(start, before, ends.on), _cause(ends, made))


def ending_applied(
    start: Subscription, changes: Iterable[Change], applied: Collection[UUID], today: date
) -> Ending | None:
    """The end of the account, if what was scheduled for today and is applied now brings it."""
    changes = tuple(changes)
    earlier = tuple(one for one in changes if one.effective_on < today)
    ends = _end(timeline(start, (*earlier, *(one for one in changes if one.id in applied))))
    if start.standing is State.CANCELLED or ends is None or ends.on != today:
        return None
    return Ending(Course.ENDED, today, _held(start, timeline(start, earlier), today), _cause(ends, applied))


def end_of(moments: Sequence[Moment]) -> date | None:
    """Return the day on which the account ends, however it comes to that; None if it goes on."""
    end = _end(moments)
    return end.on if end else None


def _positions(changes: Iterable[Change], made: Collection[UUID]) -> tuple[int, int]:
    positions = [one.position for one in changes if one.id in made]
    return min(positions, default=0), max(positions, default=0)


def _end(moments: Sequence[Moment]) -> Moment | None:
    return next((one for one in moments if one.state.standing is State.CANCELLED), None)


def _cause(end: Moment, made: Collection[UUID]) -> Change:
    """What brings the end, rather one of those that were just made; of several the last."""
    causes = [one for one in end.changes if isinstance(one.edit, Cancel | RemoveProduct)] or end.changes
    return max(causes, key=lambda one: (isinstance(one.edit, Cancel), one.id in made, one.position))


def _held(start: Subscription, moments: Sequence[Moment], on: date) -> tuple[str, ...]:
    return tuple(state_on(start, moments, on).items)
