"""Plays a life with the core alone: what actions store is folded in memory, and nothing is decided here."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from bursar.core.billing.invoice import Invoice
from bursar.core.billing.invoice_content import write_money
from bursar.core.billing.payment import (
    Method,
    NothingToPay,
    PaymentMethodAndBalance,
    PaymentOpen,
    TokenNeeded,
    amount_to_collect,
    check_replacement,
    next_step,
    read_method,
)
from bursar.core.ordering.conflicts import UnknownChange
from bursar.core.ordering.content import write_change, write_quote
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.quote import Quote, check_confirmed, quote
from bursar.core.ordering.request import NoNeedToAsk, RequestStatus, check_submittable, check_withdrawal
from bursar.core.ordering.transition import Order, Transition, accept, renew
from bursar.core.policy.policy import Actor, Member
from bursar.core.policy.refusal import Refused
from bursar.core.subscription.edit import Edit, read_edits
from bursar.gateways.tokens import TOKENS
from bursar.scenario.core_account import CoreAccount
from bursar.scenario.core_requests import Asked, Requests
from bursar.scenario.player import Answered, Document, answering


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment that waits for the payer: for a quote, or for an invoice that is open."""

    answer: Quote | None
    invoice: Invoice | None
    amount: int
    expires_at: datetime
    asked: Asked | None = None


class CorePlayer(CoreAccount):
    """An account in memory, with its orders and its payments."""

    def open(self, account_type: str, options: Mapping[str, str], policy: Document) -> None:
        """Open the account, which pays on invoice terms."""
        super().open(account_type, options, policy)
        self.method = Method()
        self.attempt: Waiting | None = None
        self.attempted: set[UUID] = set()
        self.asked = Requests()

    def move(self, to: str) -> Sequence[Document]:
        """Move the clock; an open payment may expire first, then what falls due is done in order."""
        moment = self._instant(to)
        if moment < self.moment:
            raise Answered({"code": "clock_backwards"})
        if self.attempt is not None and self.attempt.expires_at <= moment:
            self.attempt = None
        self.moment = moment
        before = len(self.ledger.issued)
        self._catch_up()
        self._expire()
        self._follow()
        for one in list(self.ledger.issued):
            self._collect(one, again=False)
        return self.documents()[before:]

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        """Ask for a quote."""
        with answering():
            self._catch_up()
            return write_quote(self._asked_for(read_edits(list(edits)), self._actor(actor)))

    def take(self, actor: str, edits: Sequence[Document], *, confirmed: bool = False) -> Document:
        """Take edits as they are decided now; who pays automatically pays first."""
        with answering():
            return self._decided(self._actor(actor), read_edits(list(edits)), confirmed=confirmed)

    def ask(self, actor: str, edits: Sequence[Document]) -> Document:
        """Ask for what may only be asked for; one request is open at a time."""
        with answering():
            read, who = read_edits(list(edits)), self._actor(actor)
            if not isinstance(who, Member):
                raise NoNeedToAsk()
            self._catch_up()
            self._expire()
            self._follow()
            self.asked.check_none_open()
            answer = self._asked_for(read, who)
            check_submittable(answer)
        until = self.moment + timedelta(days=self.context.policy.request_days)
        made = Asked(self.ledger.new_id(), who, read, answer, RequestStatus("open", until))
        self.asked.all.append(made)
        return made.shown(self.moment)

    def approve(self, actor: str, request: str, *, confirmed: bool = False) -> Document:
        """Take what a request asks for, as it is decided now for whoever approves it."""
        with answering():
            self._check_no_payment()
            asked, who = self._reviewing(actor, request)
            return self._decided(who, asked.edits, asked, confirmed=confirmed)

    def reject(self, actor: str, request: str, reason: str) -> Document:
        """Close a request without doing it."""
        with answering():
            asked, _ = self._reviewing(actor, request)
            self._check_no_payment()
        asked.close("rejected", reason)
        return asked.shown(self.moment)

    def withdraw(self, actor: str, request: str) -> Document:
        """Take a request back."""
        asked = self.asked.one(request)
        with answering():
            check_withdrawal(self._actor(actor), asked.member.id, asked.member.name)
            asked.status.check_open(self.moment)
            self._check_no_payment()
        asked.close("withdrawn")
        return asked.shown(self.moment)

    def requests(self) -> Sequence[Document]:
        """All requests as they stand now, the oldest first."""
        return [one.shown(self.moment) for one in self.asked.all]

    def undo(self, actor: str, change: str) -> Document:
        """Take a scheduled change back by its own address."""
        try:
            return self.take(actor, [{"edit": "undo", "change": change}])
        except Answered as answered:
            if answered.document["code"] == UnknownChange.code:
                raise Answered({"code": "not_found"}) from None
            raise

    def authenticate(self, outcome: str) -> Document:
        """Play the payer's answer to the open payment."""
        if self.attempt is None:
            raise Answered({"code": "not_waiting"})
        waiting, self.attempt = self.attempt, None
        if outcome != "succeeded":
            self._follow()
            reason = "given_up" if outcome == "given_up" else "authentication_failed"
            raise Answered({"code": "declined", "reason": reason})
        return self._paid(waiting.answer, waiting.invoice, waiting.amount, waiting.asked)

    def pay_with(self, actor: str, kind: str, token: str) -> None:
        """Choose how to pay; what is open is collected with it."""
        who = self._permitted(actor, "change_payment_type")
        with answering():
            wanted = read_method(kind, token or None)
            check_replacement(self.method, wanted, who)
        self.method = wanted
        for one in list(self.ledger.issued):
            self._collect(one, again=True)

    def pay(self, actor: str, document: str, kind: str, token: str) -> Document:
        """Pay an open invoice once, whatever the account pays with otherwise."""
        with answering():
            method = read_method(kind, token or None)
            if not method.automatic:
                raise TokenNeeded(kind="card")
            self._permitted(actor, "pay_invoice")
            self._check_no_payment()
            invoice = next(one for one in self.ledger.issued if str(one.id) == document)
            if not self.ledger.left(invoice):
                raise NothingToPay(number="")
        self.attempted.add(invoice.id)
        return self._pay(None, invoice, self.ledger.left(invoice), method.token)

    def _catch_up(self) -> None:
        """Everything that has fallen due, day by day; while a payment is open nothing does."""
        while self.attempt is None:
            due_on = self.context.falls_due.on
            if due_on is None or due_on > self.today:
                return
            self._carry_out(renew(self.context, due_on, new_id=self.ledger.new_id))
            self.ledger.allocate()
            self._follow()

    def _decided(self, who: Actor, edits: tuple[Edit, ...], asked: Asked | None = None, *, confirmed: bool) -> Document:
        """Take edits, or what a request asks for, as they are decided now. Errors: Answered, and those of a quote."""
        self._check_no_payment()
        self._catch_up()
        if asked is not None:
            self._follow()
            asked.status.check_open(self.moment)
        answer = self._asked_for(edits, who)
        if (refusal := answer.refusal()) is not None:
            raise Refused(refusal)
        check_confirmed(answer, confirmed=confirmed)
        automatic = self.method.automatic and answer.due_today.total > 0
        amount = amount_to_collect(answer.due_today.total, self.ledger.owes()) if automatic else 0
        if not amount:
            return self._take(answer, asked)
        return self._pay(answer, None, amount, self.method.token, asked)

    def _expire(self) -> None:
        """While a payment for it waits, a request stays open: the payer decides."""
        if self.attempt is None:
            self.asked.expire(self.moment)

    def _follow(self) -> None:
        """Let events overtake the open request, unless a payment for it waits: the payer decides."""
        if self.attempt is None and self.asked.open(self.moment):
            self.asked.overtake(self._billing_context(), self.moment, self.today)

    def _check_no_payment(self) -> None:
        if self.attempt is not None:
            raise PaymentOpen(expires_at="")

    def _reviewing(self, actor: str, request: str) -> tuple[Asked, Actor]:
        """A request that is open, and who reviews it. Errors: Answered, RequestClosed."""
        asked, who = self.asked.one(request), self._permitted(actor, "review_requests")
        asked.status.check_open(self.moment)
        return asked, who

    def _asked_for(self, edits: Sequence[Edit], who: Actor) -> Quote:
        """Decide and price edits. Errors: Answered if something else is in force than they expected."""
        answer = quote(self._billing_context(), edits, who, self.today)
        if answer.differs_from_expected:
            raise Answered({"code": "stale"})
        return answer

    def _take(self, answer: Quote, asked: Asked | None) -> Document:
        document, changes = self._apply(answer, asked)
        self.ledger.allocate()
        self._follow()
        return self._shown(document, changes)

    def _apply(self, answer: Quote, asked: Asked | None) -> tuple[Invoice | None, list[Document]]:
        if asked is not None:
            asked.close("approved")
        new_id = self.ledger.new_id
        made = accept(self.context, answer, Order(id=new_id(), quote_id=new_id()), new_id=new_id)
        return self._carry_out(made), [{**write_change(change), "id": str(change.id)} for change in made.changes]

    def _carry_out(self, made: Transition) -> Invoice | None:
        """Let the account be as a transition leaves it; the document that it issues, if it issues one."""
        self.context = made.after
        self.seating.bought(self.subscription(self.today))
        for release in made.freed_seats:
            self.seating.leave(release.members, release.product)
        return self.ledger.issue(made.invoice, made.on) if made.invoice else None

    def _billing_context(self) -> BillingContext:
        """Return the billing context with the seats that are used now and the balance that is open."""
        paying = PaymentMethodAndBalance(self.method, self.ledger.owes())
        return replace(self.context, used=self.seating.uses(*self._seated()), payment=paying)

    def _shown(self, document: Invoice | None, changes: list[Document]) -> Document:
        return {"changes": changes, "invoice": self.ledger.shown(document, self.today) if document else None}

    def _pay(
        self, answer: Quote | None, invoice: Invoice | None, amount: int, token: str, asked: Asked | None = None
    ) -> Document:
        """Do what the gateway's answer to a token asks for."""
        outcome, reason = TOKENS.get(token, ("declined", "unknown_token"))
        expires_at = self.moment + timedelta(minutes=self.context.policy.attempt_minutes)
        match next_step("open", outcome, expires_at, self.moment):
            case "take":
                return self._paid(answer, invoice, amount, asked)
            case "wait":
                self.attempt = Waiting(answer, invoice, amount, expires_at, asked)
                return {"state": "open", "amount": write_money(amount, self.ledger.currency)}
        raise Answered({"code": "declined", "reason": reason})

    def _paid(self, answer: Quote | None, invoice: Invoice | None, amount: int, asked: Asked | None) -> Document:
        changes, document = list[Document](), invoice
        if answer is not None:
            document, changes = self._apply(answer, asked)
        self.ledger.pay(amount, answer.on if answer is not None else self.today)
        self.ledger.allocate(document.id if document else None)
        self._follow()
        return self._shown(document, changes)

    def _collect(self, document: Invoice, *, again: bool) -> None:
        """Collect an open invoice from an automatic payer, once unless asked again."""
        left = self.ledger.left(document) if document.kind == "invoice" else 0
        tried = document.id in self.attempted and not again
        if not self.method.automatic or self.attempt is not None or not left or tried:
            return
        self.attempted.add(document.id)
        with suppress(Answered):
            self._pay(None, document, left, self.method.token)
