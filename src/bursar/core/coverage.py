"""Which days are paid for once lines are issued, and what an account is once a quote is taken."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from bursar.core.charge import Line, covered
from bursar.core.quote import Quote
from bursar.core.situation import Situation


def taken(situation: Situation, quote: Quote, new_id: Callable[[], UUID]) -> Situation:
    """The situation once a quote is taken and its lines are invoiced."""
    made = tuple(replace(change, id=new_id()) for change in quote.changes)
    after = replace(situation.with_(made), position=situation.position + len(made))
    return invoiced(after, quote.lines, quote.on, new_id)


def invoiced(situation: Situation, lines: Iterable[Line], on: date, new_id: Callable[[], UUID]) -> Situation:
    """The situation on a day once these lines are invoiced; the account stands as its state of the day says."""
    billed = covered(situation.billed, [(new_id(), line) for line in lines])
    standing = situation.timeline.on(on).standing
    return replace(situation, billed=billed, account=replace(situation.account, state=standing))
