"""A core player whose books are checked after every step, and whose promises are put to the test beside it.

The books are rebuilt here from the lines of documents alone, day by day, without the code that made them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from copy import copy, deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any
from uuid import UUID

from bursar.core.billing.invoice import totals
from bursar.core.billing.invoice_content import write_line
from bursar.core.billing.line import Line
from bursar.core.calendar.period import Proration, days_before
from bursar.core.ordering.quote import Quote, priced
from bursar.core.ordering.transition import Checkpoint, Transition
from bursar.core.subscription.agreed_item import AgreedItem, agreed_items, merged
from bursar.core.subscription.edit import AddTemporarySeats, write_edit
from bursar.core.subscription.subscription import NOTHING
from bursar.core.subscription.timeline import Timeline
from bursar.scenario.core_player import CorePlayer
from bursar.scenario.player import Document, NotDone
from item_rows import written

AMOUNTS = ("gross", "discount", "amount", "tax")
Day = tuple[str, date]


@dataclass
class Books:
    """What the lines of all documents say: which charge pays for which day of an item, and what was given back of it."""

    paid: dict[Day, Line] = field(default_factory=dict)
    given_back: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    left: Counter[int] = field(default_factory=Counter)
    named: dict[UUID, Line] = field(default_factory=dict)

    def enter(self, lines: Sequence[Line]) -> None:
        for line in lines:
            assert line.period.start <= line.span.start < line.span.end <= line.period.end, line
            assert line.amount == line.gross + line.discount, line
            assert abs(line.amount) == by_hand(line), (by_hand(line), line)
            if line.kind == "charge":
                self.charge(line)
            else:
                self.credit(line)

    def charge(self, line: Line) -> None:
        assert line.gross >= 0 and line.amount >= 0 and line.tax >= 0 and line.credits is None, line
        assert line.tax == half_up(line.amount * line.tax_rate), line
        for day in days(line):
            assert day not in self.paid, f"{day} is paid twice: {self.paid[day]} and {line}"
            self.paid[day] = line
        self.left[id(line)] = line.span.days

    def credit(self, line: Line) -> None:
        assert line.gross <= 0 and line.amount <= 0 and line.tax <= 0 and line.credits is not None, line
        for day in days(line):
            assert day in self.paid, f"{day} is given back though nothing pays for it: {line}"
            charge = self.paid.pop(day)
            assert self.named.setdefault(line.credits, charge) is charge, line
        for name in ("plan", "quantity", "unit_price", "period", "rule", "tax_rate", "period_gross", "period_net"):
            assert getattr(line, name) == getattr(charge, name), (name, line, charge)
        if line.span.end == charge.span.end:
            kept = half_up((charge.amount + line.amount) * charge.tax_rate)
            assert charge.tax + line.tax == kept, f"the days that stay carry another tax than their own: {line}"
        back = self.given_back[id(charge)]
        back.update({name: -getattr(line, name) for name in AMOUNTS})
        self.left[id(charge)] -= line.span.days
        for name in AMOUNTS:
            assert abs(back[name]) <= abs(getattr(charge, name)), f"more {name} given back than asked for: {charge}"
            if not self.left[id(charge)]:
                assert back[name] == getattr(charge, name), f"all days given back, but not all of the {name}: {charge}"


class Auditor(CorePlayer):
    """Plays a life and checks after every step that the books hold."""

    seen: tuple[object, ...] = ()
    items: tuple[AgreedItem, ...] = ()
    checkpoint: tuple[date, Checkpoint] = date.min, Checkpoint(position=0, state=NOTHING)

    def move_clock(self, day: str) -> Sequence[Document]:
        before, paid = self.today, list(self.ledger.payments)
        shown = super().move_clock(day)
        self._check()
        assert self.method.token == "ok" or self.ledger.payments == paid, "paid without the payer's consent"
        self._check_held_is_paid(before - timedelta(days=366))
        return shown

    def accept(self, actor: str, edits: Sequence[Document], *, confirmed: bool = False) -> Document:
        return self._taking(partial(super().accept, confirmed=confirmed), actor, edits, edits)

    def approve(self, actor: str, request: str, *, confirmed: bool = False) -> Document:
        edits = [write_edit(edit) for edit in self.requests_made.find(request).edits]
        return self._taking(partial(super().approve, confirmed=confirmed), actor, request, edits)

    def submit(self, actor: str, edits: Sequence[Document]) -> Document:
        return self._only_said(lambda: CorePlayer.submit(self, actor, edits))

    def reject(self, actor: str, request: str, reason: str) -> Document:
        return self._only_said(lambda: CorePlayer.reject(self, actor, request, reason))

    def withdraw(self, actor: str, request: str) -> Document:
        return self._only_said(lambda: CorePlayer.withdraw(self, actor, request))

    def _only_said(self, action: Callable[[], Document]) -> Document:
        """Do what changes nothing of the subscription."""
        before = self._caught_up()
        try:
            return action()
        finally:
            self._check_unchanged(before)
            assert len([one for one in self.requests_made.all if one.status.state == "open"]) <= 1, (
                "two requests are open"
            )

    def _taking(
        self, action: Callable[[str, Any], Document], actor: str, what: Any, edits: Sequence[Document]
    ) -> Document:
        """Take edits, or what a request asks for: what was promised happens, or nothing does."""
        before = self._caught_up()
        promised, standing = before._promised(actor, edits), [one.status for one in self.requests_made.all]
        try:
            result = action(actor, what)
        except NotDone:
            self._check_unchanged(before)
            assert standing == [one.status for one in self.requests_made.all], "what was not done closed a request"
            raise
        self._check()
        paid = before.ledger.payments
        assert self.method.token == "ok" or self.ledger.payments == paid, "paid without the payer's consent"
        if result.get("state") == "open":
            self._check_unchanged(before)
            return result
        assert promised is not None
        self._check_taken(before, result, promised)
        return result

    def answer_payment(self, outcome: str) -> Document:
        before = self._beside()
        try:
            result = super().answer_payment(outcome)
        except NotDone:
            self._check_unchanged(before)
            raise
        self._check()
        return result

    def set_payment_method(self, actor: str, kind: str, token: str) -> None:
        before = len(self.ledger.issued)
        super().set_payment_method(actor, kind, token)
        assert len(self.ledger.issued) == before
        self._check()

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        before = self._caught_up()
        quoted = super().quote(actor, edits)
        self._check_unchanged(before)
        return quoted

    def _beside(self) -> "Auditor":
        """Another one that goes its own way from here."""
        other = copy(self)
        other.attempted = set(self.attempted)
        other.seating, other.requests_made = deepcopy(self.seating), deepcopy(self.requests_made)
        other.ledger = copy(self.ledger)
        other.ledger.issued, other.ledger.payments = list(self.ledger.issued), list(self.ledger.payments)
        other.ledger.allocated, other.ledger.ids = dict(self.ledger.allocated), copy(self.ledger.ids)
        return other

    def _caught_up(self) -> "Auditor":
        """Another one, once what has fallen due is done."""
        other = self._beside()
        other._catch_up()
        return other

    def _promised(self, actor: str, edits: Sequence[Document]) -> Document | None:
        """What a quote says, asked for beside the life."""
        try:
            return CorePlayer.quote(self._beside(), actor, edits)
        except NotDone:
            return None

    def _check(self) -> None:
        """The books hold: days, documents, money, journal. Books that nothing was entered in since are not read again."""
        seen = (self.ledger.issued, self.ledger.payments, self.ledger.allocated)
        if seen == self.seen:
            return
        self.seen = (list(seen[0]), list(seen[1]), dict(seen[2]))
        books = Books()
        for document in self.ledger.issued:
            books.enter(document.lines)
            shown = self.ledger.write(document, self.today)
            sums = {name: sum(line[name]["amount_minor"] for line in shown["lines"]) for name in ("amount", "tax")}
            assert shown["net"]["amount_minor"] == sums["amount"], shown
            assert shown["tax"]["amount_minor"] == sums["tax"], shown
            assert shown["total"]["amount_minor"] == sums["amount"] + sums["tax"], shown
            assert (shown["kind"] == "credit_note") == (shown["total"]["amount_minor"] < 0), shown
        kept = {
            (one.item, day): one.line for one in self.context.billed for day in spread(one.span.start, one.span.end)
        }
        assert kept == books.paid
        assert len(kept) == sum(one.span.days for one in self.context.billed), "a day is covered twice"
        self._check_money()

    def _check_money(self) -> None:
        """Invoices are payments, credits and what is open; nothing settles more than it has; the journal balances."""
        ledger = self.ledger
        sums = {one.id: totals(one.lines).total for one in ledger.issued}
        paid = {key: amount for key, _, amount in ledger.payments}
        worth = {**{key: abs(total) for key, total in sums.items()}, **paid}
        assert all(0 <= amount <= worth[key] for key, amount in ledger.allocated.items()), (
            "settled beyond what there is"
        )
        invoices = {key: total for key, total in sums.items() if total >= 0}
        settled_invoices = sum(ledger.allocated.get(key, 0) for key in invoices)
        settled_sources = sum(amount for key, amount in ledger.allocated.items() if key not in invoices)
        assert settled_invoices == settled_sources
        owing = sum(one.open_minor for one in ledger.open("invoice"))
        spare = sum(source.open_minor for source in ledger.sources())
        assert not (owing and spare), "money lies idle beside an open invoice"
        assert sum(sums.values()) == sum(paid.values()) + owing - spare
        balance = Counter[str]()
        for entry in ledger.journal().split("\n\n"):
            postings = [(name, Decimal(amount)) for name, amount in re.findall(r"^  (\S+) +(\S+) \w+$", entry, re.M)]
            assert sum(amount for _, amount in postings) == 0, entry
            balance.update(dict(postings))
        assert Decimal(balance["receivable"]) * 100 == owing - spare

    def _check_held_is_paid(self, since: date) -> None:
        """Every day of what the account bought is paid for, at its price or a dearer one, to the end of the period.

        Temporary seats are paid for from the day on which they are ordered. A period that was known to be cut short
        when it began is paid for at the old terms up to that day only.
        """
        timeline = self.context.timeline
        paid = {
            (one.item, day): one.line for one in self.context.billed for day in spread(one.span.start, one.span.end)
        }
        first = min((phase.on for phase in timeline.phases), default=self.today)
        calendar = self.subscription(self.today).calendar
        if self.attempt is not None or calendar is None or calendar.anchor > self.today:
            return
        began = calendar.period(self.today).start
        ahead_of = {
            change.id for change in timeline.pending(self.today) if not (change.cuts and change.ordered_on < began)
        }
        foreseen = timeline.without(lambda change: change.id in ahead_of)
        for day in spread(max(first, since), calendar.period(self.today).end):
            state, cut = timeline.on(min(day, self.today)), foreseen.on(day)
            for item in () if state.on_trial else state.items.values():
                left = cut.items.get(item.product)
                if left is None:
                    continue
                line = paid.get((item.product, day))
                assert line is not None, f"nothing pays for {item} on {day}"
                ahead = timeline.on(day).items.get(item.product)
                extra = ahead.temporary_seats if ahead else 0
                if state.calendar is not None and line.period == state.calendar.period(day):
                    least = min(
                        (one.quantity + extra) * at.agreed_price(one).rate for one, at in ((item, state), (left, cut))
                    )
                    assert line.quantity * line.unit_price >= least, (line, item, day)

    def _carry_out(self, made: Transition) -> Any:
        """Write the items as the system does, which reads no change before the last checkpoint: they say what all do."""
        before, after = (self._read(made.before.timeline), self._read(made.after.timeline))
        self.items = written(self.items, before, after)
        assert merged(self.items) == agreed_items(made.after.timeline)
        if made.checkpoint is not None:
            self.checkpoint = made.on, made.checkpoint
        return super()._carry_out(made)

    def _read(self, timeline: Timeline) -> Timeline:
        on, point = self.checkpoint
        later = [change for change in timeline.changes if change.effective_on > on or change.position > point.position]
        return Timeline.of(point.state, later)

    def _check_unchanged(self, before: "Auditor") -> None:
        """Nothing was taken, billed or paid."""
        assert self.context == before.context
        assert self.ledger.issued == before.ledger.issued
        assert self.ledger.payments == before.ledger.payments

    def _check_taken(self, before: "Auditor", result: Document, promised: Document) -> None:
        """What was taken is what was quoted; it can be undone; the renewal costs what the quote said."""
        invoice = result["invoice"]
        assert promised["outcome"] == "allowed"
        # A line has an id once it is issued.
        issued = (
            [{name: value for name, value in line.items() if name != "id"} for line in invoice["lines"]]
            if invoice
            else []
        )
        assert promised["lines"] == issued
        zero = {name: {"amount_minor": 0, "currency": self.ledger.currency} for name in ("net", "tax", "total")}
        assert promised["due_today"] == ({name: invoice[name] for name in zero} if invoice else zero)
        assert not self._due_again(), "asking again finds something"
        self._check_undo(before, result)
        self._check_renewal(promised)

    def _due_again(self) -> Sequence[Line]:
        return self.context.due(self.today)

    def _check_undo(self, before: "Auditor", result: Document) -> None:
        """Undoing all that was just scheduled gives back the state and the outlook from before."""
        new = self.context.timeline.changes[len(before.context.timeline.changes) :]
        scheduled = [one for one in new if one.effective_on > self.today and one.undoes is None]
        if not scheduled or len(scheduled) < len(new):
            return
        other = self._beside()
        other.attempt, other.method = None, before.method
        try:
            undone = CorePlayer.accept(other, "vendor", [{"edit": "undo", "change": str(one.id)} for one in scheduled])
        except NotDone as answered:
            raise AssertionError(f"cannot be undone: {answered.document}") from None
        if not any(isinstance(one.edit, AddTemporarySeats) for one in scheduled):
            assert undone["invoice"] is None
        given_back = [invoice["net"]["amount_minor"] for invoice in (result["invoice"], undone["invoice"]) if invoice]
        assert sum(given_back) == 0, "what was ordered and undone costs something"
        assert other._outlook() == before._outlook()

    def _outlook(self) -> list[object]:
        """Everything an account has from today on, and what its next renewal costs."""
        context = self.context
        ahead = priced(context, Quote(on=self.today, currency=self.ledger.currency))
        states = [(phase.on, phase.state) for phase in context.timeline.after(self.today)]
        paid = {(one.item, day): one.line for one in context.billed for day in spread(one.span.start, one.span.end)}
        terms = {day: (line.plan, line.quantity, line.unit_price, line.period) for day, line in paid.items()}
        return [self.subscription(self.today), states, context.timeline.pending(self.today), ahead, terms]

    def _check_renewal(self, promised: Document) -> None:
        """When nothing else happens, the next renewal is what the quote said."""
        renewal, renewal_lines = promised["next_renewal"], promised["renewal_lines"]
        if renewal["on"] is None:
            return
        other = self._beside()
        other.attempt = None
        other.moment = other._read_moment(renewal["on"])
        other._catch_up()
        lines = [
            write_line(line, self.ledger.currency)
            for document in other.ledger.issued[len(self.ledger.issued) :]
            if document.on == other.today
            for line in document.lines
        ]
        # Which charge a credit gives back has no name before that charge is made.
        both = [[{**line, "credits": None} for line in all_lines] for all_lines in (lines, renewal_lines)]
        assert both[0] == both[1], f"on {other.today} not as quoted"


def days(line: Line) -> list[Day]:
    return [(line.product, day) for day in spread(line.span.start, line.span.end)]


def spread(start: date, end: date) -> list[date]:
    return [start + timedelta(days=number) for number in range((end - start).days)]


def by_hand(line: Line) -> int:
    """What the line's days cost, from its unit price and the calendar: the whole price rounded, then each boundary."""
    whole = half_up(line.unit_price * line.quantity * 100)
    before, after, of = (
        (day - line.period.start).days if line.rule is Proration.BY_DAY else days_before(line.period, day, line.rule)
        for day in (line.span.start, line.span.end, line.period.end)
    )
    return half_up(Decimal(whole * after) / of) - half_up(Decimal(whole * before) / of)


def half_up(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
