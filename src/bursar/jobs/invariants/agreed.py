"""Rules that decide an account again from what was agreed, and compare with what was written down."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from bursar.accounts.actions import instant_of
from bursar.core.billing.coverage import due
from bursar.core.billing.line import Line, credit
from bursar.core.billing.schedule import next_due
from bursar.core.calendar.period import Proration, Span, share
from bursar.core.messages.problem import Problem
from bursar.core.money.currency import digits
from bursar.core.money.price import period_price
from bursar.core.money.tax import UNTAXED
from bursar.core.subscription.agreed_item import AgreedItem, agreed_items
from bursar.core.subscription.seats import seats_bought
from bursar.jobs.invariants.book import Book
from bursar.jobs.invariants.rule import Finding

ZONES: Final = timedelta(hours=26)
"""How far apart the starts of one day are in two time zones: an account that moved keeps its noted moment."""

UNREADABLE: Final = (Problem, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""The errors of reading or deciding an account of which a row is not as Bursar writes it."""
BookRule = Callable[[Book], Iterator[Finding]]
"""A rule that is put to one account after the other."""


def accounts_can_be_decided(account_id: UUID, error: Exception) -> Finding:
    """An account's changes, checkpoints and lines can be read and decided again.

    Cure: find the row that cannot be read, and restore it from a backup; until then the account can do nothing.
    """
    return Finding(account_id, "changes, checkpoints and lines", "to be read", f"{type(error).__name__}: {error}")


def standing_follows_changes(book: Book) -> Iterator[Finding]:
    """An account stands as its changes say: active, suspended or cancelled.

    Cure: the changes are what was agreed; correct the account state in a transaction that locks it.
    """
    expected = book.state.account_state.value
    if book.account_state != expected and not book.waits:
        yield Finding(book.account_id, "standing", expected, book.account_state or "none")


def seats_follow_changes(book: Book) -> Iterator[Finding]:
    """An account has as many seats of each product as its changes say.

    Cure: the changes are what was agreed; correct the seats bought in a transaction that locks the account.
    """
    expected = seats_bought(book.state)
    if expected != book.bought and not book.waits:
        for product in sorted({*expected, *book.bought}):
            wanted, there = expected.get(product, 0), book.bought.get(product, 0)
            if wanted != there:
                yield Finding(book.account_id, f"seats of {product}", f"{wanted} bought", f"{there} bought")


def items_follow_changes(book: Book) -> Iterator[Finding]:
    """The rows of an account's items say what it has on which days, and at which prices, as its changes do.

    Cure: the changes are what was agreed; correct the items in a transaction that locks the account.
    """
    expected, there = agreed_items(book.since(None)), book.items
    for item in (*(item for item in expected if item not in there), *(item for item in there if item not in expected)):
        days = f"{item.product} from {item.starts_on} to {item.ends_on}"
        yield Finding(book.account_id, days, _listed(item, expected), _listed(item, there))


def _listed(item: AgreedItem, items: tuple[AgreedItem, ...]) -> str:
    """Say what stands in a list of items as this one does, if it does."""
    if item not in items:
        return "no such item"
    count = f"{item.quantity} and {item.temporary} temporary"
    return f"{item.plan}, {count} per {item.per} at {item.rate} {item.cycle}{', tried' if item.trial else ''}"


def next_day_follows_changes(book: Book) -> Iterator[Finding]:
    """The next day on which something falls due is noted as the changes and the calendar say.

    Cure: correct the noted day; while it is too late, scheduled changes and renewals wait.
    """
    if book.schedule is None or book.waits:
        return
    coming = next_due(book.timeline, book.today)
    expected = instant_of(coming.on, book.zone) if coming.on else None
    noted = book.schedule.due_at
    same = expected is None if noted is None else expected is not None and abs(noted - expected) <= ZONES
    ends, noted_ends = (coming.period_end, coming.trial_until), (book.schedule.billed_until, book.schedule.trial_until)
    if not same or ends != noted_ends:
        yield Finding(
            book.account_id,
            "the next day on which something falls due",
            _falls_due(expected, *ends),
            _falls_due(noted, *noted_ends),
        )


def _falls_due(at: datetime | None, billed_until: date | None, trial_until: date | None) -> str:
    return f"{at}, billed until {billed_until}" + (f", tried until {trial_until}" if trial_until else "")


def nothing_is_left_to_bill(book: Book) -> Iterator[Finding]:
    """Everything that is billable for the present billing period is billed.

    Cure: quote the account an edit to see what it would be billed; if that is right, the next taking bills it.
    """
    if book.waits:
        return
    # The rule of proration, the tax and the names say how much and of what, not whether.
    left = due(
        book.timeline,
        book.billed,
        on=book.today,
        currency=book.currency,
        rule=Proration.BY_DAY,
        tax=UNTAXED,
        catalogs={},
    )
    for line in left:
        days = f"{line.product} {line.plan} {line.quantity}, {line.span.start} to {line.span.end}"
        yield Finding(book.account_id, f"a {line.kind} that nobody made", "nothing left to bill", days)


def checkpoints_follow_changes(book: Book) -> Iterator[Finding]:
    """The state written down at a renewal is that of the one before, with the changes since then.

    Cure: see which changes were added or lost; what was billed since then was billed from what is written down.
    """
    for before, point in zip((None, *book.points), book.points, strict=False):
        expected = book.since(before).as_of(point.position).on(point.on)
        if expected != point.state:
            yield Finding(book.account_id, f"the checkpoint of {point.on}", str(expected), str(point.state))


def lines_follow_their_terms(book: Book) -> Iterator[Finding]:
    """A charge is the share of its period's price, a credit that of the charge it gives back, to the smallest coin.

    Cure: a line never changes. Correct what was billed by a credit or a new charge, and find out what wrote it.
    """
    for line_id, line in book.lines.items():
        expected = _charge(line, book.currency) if line.kind == "charge" else _credit(line, book)
        there = _amounts(line)
        if expected is not None and expected != there:
            yield Finding(book.account_id, f"line {line_id}", _told(expected), _told(there))


Amounts = tuple[int, int, int, int, int]


def _amounts(line: Line) -> Amounts:
    return line.period_gross, line.period_net, line.gross, line.amount, line.tax


def _charge(line: Line, currency: str) -> Amounts:
    price = period_price(line.unit_price, line.quantity, digits(currency))
    gross, net = (share(whole, line.span, line.period, line.rule) for whole in (price, line.period_net))
    return price, line.period_net, gross, net, line.tax


def _credit(line: Line, book: Book) -> Amounts | None:
    """Return the amounts that a credit must have; None if its charge is missing, which another rule reports."""
    charge = book.lines.get(line.credits) if line.credits else None
    if charge is None or line.credits is None or not _within(line.span, charge.span):
        return None
    return _amounts(credit(charge, line.credits, line.span))


def _within(span: Span, other: Span) -> bool:
    return span.intersection(other) == span


def _told(amounts: Amounts) -> str:
    return "{} gross and {} net a period, {} gross, {} net, {} tax".format(*amounts)


RULES: Final[tuple[BookRule, ...]] = (
    standing_follows_changes,
    seats_follow_changes,
    items_follow_changes,
    next_day_follows_changes,
    nothing_is_left_to_bill,
    checkpoints_follow_changes,
    lines_follow_their_terms,
)
