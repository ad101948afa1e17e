"""The state before each edit of a quote, so that its sentence can give the numbers before and after."""

from bursar.core.ordering.quote import Quote
from bursar.core.subscription.edit import Keep, Undo
from bursar.core.subscription.subscription import Subscription
from bursar.core.subscription.timeline import Timeline


def states_before_edits(timeline: Timeline, quote: Quote) -> tuple[Subscription, ...]:
    """Return the state just before each edit of a quote on its day, once the whole quote is accepted.

    Changes made after the quote are left out, so that it reads as it was shown. An undo has the state before the change
    that it undoes; a refused edit, which has no day, the state of the quote's day.
    """
    # Positions are counted per account and never used again, so "before position n" is the account as it was then.
    first_position = min((change.position for change in quote.changes), default=None)
    as_quoted = timeline if first_position is None else timeline.as_of(first_position - 1)
    today = as_quoted.on(quote.on)
    as_it_was, as_it_will_be = as_quoted.states_before(), as_quoted.with_changes(quote.changes).states_before()
    states = []
    for decided in quote.edits:
        edit = decided.edit
        if isinstance(edit, Undo):
            # The undone change stands on the earlier timeline only.
            states.append(as_it_was.get(edit.change, today))
        elif isinstance(edit, Keep):
            states.append(as_it_will_be.get(edit.change, today))
        else:
            # An edit has no id in common with its change, but a quote never holds two equal edits.
            change_id = next((change.id for change in quote.changes if change.edit == edit), None)
            states.append(as_it_will_be.get(change_id, today) if change_id else today)
    return tuple(states)
