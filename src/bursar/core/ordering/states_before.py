"""The state that each edit of a quote is made to, so that its sentence can say both numbers as they will be on its day."""

from bursar.core.ordering.quote import Quote
from bursar.core.subscription.edit import Keep, Undo
from bursar.core.subscription.subscription import Subscription
from bursar.core.subscription.timeline import Timeline


def states_before_edits(timeline: Timeline, quote: Quote) -> tuple[Subscription, ...]:
    """Return the state just before each edit of a quote, as its day will find it once the whole quote is taken.

    Changes made after the quote are left out, so that it reads as it was shown. What is undone is measured as it would
    have been, and an edit that is refused, which has no day, against the day of the quote.
    """
    first = min((change.position for change in quote.changes), default=None)
    known = timeline if first is None else timeline.as_of(first - 1)
    today = known.on(quote.on)
    as_it_was, as_it_will_be = known.states_before(), known.with_(quote.changes).states_before()
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
