"""The state that each change is made to, so that its sentence can say both numbers as they will be on its day."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from bursar.core.edit import Keep, Undo
from bursar.core.quote import Quote
from bursar.core.subscription import Change, Subscription, state_on, steps, timeline


def states_before(start: Subscription, changes: Iterable[Change]) -> Mapping[UUID, Subscription]:
    """Return the state just before each change that counts, by the id of the change."""
    return {change.id: before for before, change in steps(start, timeline(start, changes))}


def states_quoted(start: Subscription, changes: Iterable[Change], quote: Quote) -> tuple[Subscription, ...]:
    """Return the state just before each edit of a quote, as its day will find it once the whole quote is taken.

    Changes made after the quote are left out, so that it reads as it was shown. What is undone is measured as it would
    have been, and an edit that is refused, which has no day, against the day of the quote.
    """
    first = min((change.position for change in quote.changes), default=None)
    known = [change for change in changes if first is None or change.position < first]
    today = state_on(start, timeline(start, known), quote.on)
    as_it_was, as_it_will_be = states_before(start, known), states_before(start, (*known, *quote.changes))
    found = []
    for decided in quote.edits:
        edit = decided.edit
        if isinstance(edit, Undo):
            found.append(as_it_was.get(edit.change, today))
        elif isinstance(edit, Keep):
            found.append(as_it_will_be.get(edit.change, today))
        else:
            made = next((change.id for change in quote.changes if change.edit == edit), None)
            found.append(as_it_will_be.get(made, today) if made else today)
    return tuple(found)
