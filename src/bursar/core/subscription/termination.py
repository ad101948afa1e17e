"""Termination: the end of an account is scheduled or revoked by an order, or has come."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from bursar.core.policy.policy import State
from bursar.core.subscription.edit import Cancel, RemoveProduct
from bursar.core.subscription.subscription import Change
from bursar.core.subscription.timeline import Phase, Timeline


class TerminationStatus(StrEnum):
    """The status of an account's end after an order or on a day."""

    SCHEDULED = "scheduled"
    REVOKED = "revoked"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TerminationChange:
    """A change of an account's end: its status and day, and the products lost on that day.

    `change` is the change that ends the account, usually a cancellation or the removal of its last base product.
    """

    status: TerminationStatus
    on: date
    lost: tuple[str, ...]
    change: Change


def termination_by_order(timeline: Timeline, ordered: Collection[UUID], today: date) -> TerminationChange | None:
    """Return the change of the account's end by an order of today; None if the end stays as it was."""
    first, last = _positions(timeline.changes, ordered)
    # Later orders are left out: an email about this order must say what this order did.
    before, after = timeline.as_of(first - 1), timeline.as_of(last)
    # An account that had ended before its timeline begins has no end that could move.
    if timeline.start.account_state is State.CANCELLED:
        return None
    match before.end(), after.end():
        case Phase() as earlier, None:
            return TerminationChange(TerminationStatus.REVOKED, earlier.on, (), _cause(earlier, ()))
        case earlier, Phase() as end if earlier is None or earlier.on != end.on:
            status = TerminationStatus.SCHEDULED if end.on > today else TerminationStatus.ENDED
            return TerminationChange(status, end.on, tuple(before.on(end.on).items), _cause(end, ordered))
    return None


def termination_by_day(timeline: Timeline, applied: Collection[UUID], today: date) -> TerminationChange | None:
    """Return the end of the account if the scheduled changes applied today bring it; None otherwise."""
    earlier = timeline.without(lambda change: change.effective_on >= today)
    ends = earlier.with_changes(change for change in timeline.changes if change.id in applied).end()
    if timeline.start.account_state is State.CANCELLED or ends is None or ends.on != today:
        return None
    return TerminationChange(TerminationStatus.ENDED, today, tuple(earlier.on(today).items), _cause(ends, applied))


def _positions(changes: Iterable[Change], ordered: Collection[UUID]) -> tuple[int, int]:
    positions = [change.position for change in changes if change.id in ordered]
    return min(positions, default=0), max(positions, default=0)


def _cause(end: Phase, preferred: Collection[UUID]) -> Change:
    """Return the change that ends the account: a cancellation first, then a preferred change, then the latest."""
    # Several removals of a day end the account together; people expect the one that they have just ordered to be named.
    causes = [change for change in end.changes if isinstance(change.edit, Cancel | RemoveProduct)] or end.changes
    return max(causes, key=lambda cause: (isinstance(cause.edit, Cancel), cause.id in preferred, cause.position))
