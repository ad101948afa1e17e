"""The timeline: the agreed state on every day, as a state to start with and its phases."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from bursar.core.policy.policy import State
from bursar.core.subscription.subscription import NOTHING, Change, Draft, Subscription, state_after


@dataclass(frozen=True, slots=True)
class Phase:
    """A state that begins on a day, with the changes that brought it; it has none where something ends by itself."""

    on: date
    state: Subscription
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The agreed state of a subscription on every day. `Timeline.of` makes it from a state and changes.

    `changes` are all changes in any order, with those that were undone and their undoing. `phases` are in the order of
    their days and hold only the changes that count.
    """

    start: Subscription = NOTHING
    changes: tuple[Change, ...] = ()
    phases: tuple[Phase, ...] = ()

    @classmethod
    def of(cls, start: Subscription, changes: Iterable[Change] = ()) -> "Timeline":
        """Return the timeline of these changes, from the state before all of them."""
        changes = tuple(changes)
        return cls(start, changes, tuple(_phases(start, changes)))

    def on(self, day: date) -> Subscription:
        """Return the state in force on a day."""
        state = self.start
        for phase in self.phases:
            if phase.on > day:
                break
            state = phase.state
        return state

    def after(self, day: date) -> tuple[Phase, ...]:
        """Return the phases that begin later than a day."""
        return tuple(phase for phase in self.phases if phase.on > day)

    def states_from(self, day: date) -> tuple[Subscription, ...]:
        """Return the state of a day and every later one."""
        return self.on(day), *(phase.state for phase in self.after(day))

    def pending(self, day: date) -> tuple[Change, ...]:
        """Return the scheduled changes that are not in force on a day, in the order in which they will be applied."""
        return tuple(change for phase in self.after(day) for change in phase.changes)

    def applied(self, day: date) -> tuple[Change, ...]:
        """Return the changes that take effect on a day, in the order in which they are applied."""
        return tuple(change for phase in self.phases if phase.on == day for change in phase.changes)

    def end(self) -> Phase | None:
        """Return the phase with which the account ends; None if it goes on."""
        return next((phase for phase in self.phases if phase.state.account_state is State.CANCELLED), None)

    def with_changes(self, added: Iterable[Change]) -> "Timeline":
        """Return the timeline with more changes."""
        added = tuple(added)
        if not added:
            return self
        changes = (*self.changes, *added)
        # An undoing stands on the day of what it undoes, so nothing before the first new day is different.
        first = min(change.effective_on for change in added)
        before = tuple(phase for phase in self.phases if phase.on < first)
        later = (change for change in changes if change.effective_on >= first)
        return Timeline(self.start, changes, (*before, *_phases(before[-1].state if before else self.start, later)))

    def without(self, dropped: Callable[[Change], bool]) -> "Timeline":
        """Return the timeline without the changes for which `dropped` returns true."""
        return Timeline.of(self.start, (change for change in self.changes if not dropped(change)))

    def as_of(self, position: int) -> "Timeline":
        """Return the timeline as it was when the change of a position was the last."""
        return self.without(lambda change: change.position > position)

    def until(self, day: date) -> "Timeline":
        """Return the timeline as if the state of a day stayed for ever, without later changes and ends."""
        changes = tuple(change for change in self.changes if change.effective_on <= day)
        # Not `Timeline.of`: it would let temporary seats and trials end after the day.
        return Timeline(self.start, changes, tuple(phase for phase in self.phases if phase.on <= day))

    def states_before(self) -> Mapping[UUID, Subscription]:
        """Return the state just before each change that counts, by the id of the change."""
        return {change.id: before for before, change in self._steps()}

    def orders_from(self, day: date) -> tuple[Subscription, tuple[Phase, ...]]:
        """Return the state at the beginning of a day, and a phase for each order from then on.

        The beginning has all changes ordered earlier for that day. Orders made on it follow one after the other, though
        the state of the day is only the state after the last of them.
        """
        opening, later = self.start, list[Phase]()
        for phase in self._orders():
            if phase.on < day or (phase.on == day and all(change.ordered_on < day for change in phase.changes)):
                opening = phase.state
            else:
                later.append(phase)
        return opening, tuple(later)

    def _orders(self) -> Iterator[Phase]:
        before = self.start
        for phase in self.phases:
            # A phase in which something ends by itself has no order, and is one phase still.
            *earlier, last = [tuple(group) for _, group in groupby(phase.changes, key=lambda change: change.order)] or [
                ()
            ]
            draft = Draft.of(before, phase.on)
            for changes in earlier:
                draft.apply_all(changes, phase.on)
                # Losing the last base product ends the account only if nothing on the same day brings another.
                yield Phase(phase.on, draft.state(), changes)
            yield Phase(phase.on, phase.state, last)
            before = phase.state

    def _steps(self) -> Iterator[tuple[Subscription, Change]]:
        """Yield the state just before each change, with the change: those of one day follow one another."""
        before = self.start
        for phase in self.phases:
            draft = Draft.of(before, phase.on)
            for change in phase.changes:
                yield draft.state(), change
                draft.apply_all((change,), phase.on)
            before = phase.state


def _phases(start: Subscription, changes: Iterable[Change]) -> Iterator[Phase]:
    """Yield a phase for each day on which changes take effect or something ends by itself."""
    state = start
    by_day = groupby(_in_order(changes), key=lambda change: change.effective_on)
    # The last round, on a day after all others, has no changes: it yields what ends by itself after the last of them.
    for on, changes_of_day in (*((on, tuple(group)) for on, group in by_day), (date.max, ())):
        # What ends on the day of a change ends in that change's phase, so that a day has one phase.
        while (expiry := state.next_end()) is not None and expiry < on:
            state = state_after(state, expiry, ())
            yield Phase(expiry, state, ())
        if changes_of_day:
            state = state_after(state, on, changes_of_day)
            yield Phase(on, state, changes_of_day)


def _in_order(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that count, by day and then by position: without undone changes and their undoing."""
    changes = tuple(changes)
    # Both the undone change and its undoing are dropped: the undoing has no effect of its own.
    undone = {change.undoes for change in changes if change.undoes is not None}
    if undone:
        changes = tuple(change for change in changes if change.undoes is None and change.id not in undone)
    # Of the changes of one day the one ordered later is applied later, and so overrules the others.
    return sorted(changes, key=lambda change: (change.effective_on, change.position))
