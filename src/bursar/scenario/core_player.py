"""Play a life with the core alone. It keeps in memory what the apps keep in tables; the core decides everything."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
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
from bursar.scenario.core_requests import MemberRequest, Requests
from bursar.scenario.ledger import OpenPayment
from bursar.scenario.player import Document, NotDone, problems_as_not_done


class CorePlayer(CoreAccount):
    """An account in memory, with its orders and its payments."""

    def open(self, account_type: str, options: Mapping[str, str], policy: Document) -> None:
        """Open the account, which pays on invoice terms."""
        super().open(account_type, options, policy)
        self.method = Method()
        self.attempt: OpenPayment | None = None
        # Invoices that were collected once, successfully or not: the worker does not try a declined card again.
        self.attempted: set[UUID] = set()
        self.requests_made = Requests()

    def move_clock(self, to: str) -> Sequence[Document]:
        """Move the clock: first an open payment may expire, then everything that falls due is done in order."""
        moment = self._read_moment(to)
        if moment < self.moment:
            raise NotDone({"code": "clock_backwards"})
        if self.attempt is not None and self.attempt.expires_at <= moment:
            self.attempt = None
        self.moment = moment
        before = len(self.ledger.issued)
        # In the order of the worker's steps.
        self._catch_up()
        self._expire()
        self._overtake_request()
        for document in list(self.ledger.issued):
            self._collect(document, again=False)
        return self.documents()[before:]

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        """Return a quote."""
        with problems_as_not_done():
            self._catch_up()
            return write_quote(self._decide(read_edits(list(edits)), self._actor(actor)))

    def accept(self, actor: str, edits: Sequence[Document], *, confirmed: bool = False) -> Document:
        """Accept edits as they are decided now; an automatic payer pays first."""
        with problems_as_not_done():
            return self._accept(self._actor(actor), read_edits(list(edits)), confirmed=confirmed)

    def submit(self, actor: str, edits: Sequence[Document]) -> Document:
        """Submit a request; an account has one open request at a time."""
        with problems_as_not_done():
            wanted, requester = read_edits(list(edits)), self._actor(actor)
            # The vendor may make every change itself.
            if not isinstance(requester, Member):
                raise NoNeedToAsk()
            self._catch_up()
            self._expire()
            self._overtake_request()
            self.requests_made.check_none_open()
            decided = self._decide(wanted, requester)
            check_submittable(decided)
        expires_at = self.moment + timedelta(days=self.context.policy.request_days)
        submitted = MemberRequest(self.ledger.new_id(), requester, wanted, decided, RequestStatus("open", expires_at))
        self.requests_made.all.append(submitted)
        return submitted.document(self.moment)

    def approve(self, actor: str, request: str, *, confirmed: bool = False) -> Document:
        """Accept the edits of a request, as they are decided now for the approver."""
        with problems_as_not_done():
            self._check_no_payment()
            reviewed, reviewer = self._open_request(actor, request)
            return self._accept(reviewer, reviewed.edits, reviewed, confirmed=confirmed)

    def reject(self, actor: str, request: str, reason: str) -> Document:
        """Reject a request, with a reason."""
        with problems_as_not_done():
            reviewed, _ = self._open_request(actor, request)
            self._check_no_payment()
        reviewed.close("rejected", reason)
        return reviewed.document(self.moment)

    def withdraw(self, actor: str, request: str) -> Document:
        """Withdraw the actor's own request."""
        own = self.requests_made.find(request)
        with problems_as_not_done():
            check_withdrawal(self._actor(actor), own.member.id, own.member.name)
            own.status.check_open(self.moment)
            self._check_no_payment()
        own.close("withdrawn")
        return own.document(self.moment)

    def requests(self) -> Sequence[Document]:
        """Return all requests as they are now, the oldest first."""
        return [request.document(self.moment) for request in self.requests_made.all]

    def undo(self, actor: str, change: str) -> Document:
        """Undo a scheduled change by its own address."""
        try:
            return self.accept(actor, [{"edit": "undo", "change": change}])
        except NotDone as not_done:
            # As the API: a change that is named by the address of a call is not found.
            if not_done.document["code"] == UnknownChange.code:
                raise NotDone({"code": "not_found"}) from None
            raise

    def answer_payment(self, outcome: str) -> Document:
        """Play the payer's answer to the open payment."""
        if self.attempt is None:
            raise NotDone({"code": "not_waiting"})
        waiting, self.attempt = self.attempt, None
        if outcome != "succeeded":
            # A request whose payment waited may have been overtaken meanwhile; that is noticed now.
            self._overtake_request()
            reason = "given_up" if outcome == "given_up" else "authentication_failed"
            raise NotDone({"code": "declined", "reason": reason})
        return self._book_payment(waiting.quote, waiting.invoice, waiting.amount, waiting.request)

    def set_payment_method(self, actor: str, kind: str, token: str) -> None:
        """Set the payment method; open invoices are collected with it."""
        acting = self._check_permitted(actor, "change_payment_type")
        with problems_as_not_done():
            method = read_method(kind, token or None)
            check_replacement(self.method, method, acting)
        self.method = method
        for document in list(self.ledger.issued):
            self._collect(document, again=True)

    def pay(self, actor: str, document: str, kind: str, token: str) -> Document:
        """Pay an open invoice once; the payment method of the account stays."""
        with problems_as_not_done():
            method = read_method(kind, token or None)
            if not method.automatic:
                raise TokenNeeded(kind="card")
            self._check_permitted(actor, "pay_invoice")
            self._check_no_payment()
            invoice = next(issued for issued in self.ledger.issued if str(issued.id) == document)
            if not self.ledger.open_amount(invoice):
                raise NothingToPay(number="")
        self.attempted.add(invoice.id)
        return self._charge(None, invoice, self.ledger.open_amount(invoice), method.token)

    def _catch_up(self) -> None:
        """Do everything that has fallen due, day by day; while a payment is open nothing falls due."""
        while self.attempt is None:
            due_on = self.context.falls_due.on
            if due_on is None or due_on > self.today:
                return
            self._carry_out(renew(self.context, due_on, new_id=self.ledger.new_id))
            self.ledger.allocate()
            self._overtake_request()

    def _accept(
        self, acting: Actor, edits: tuple[Edit, ...], request: MemberRequest | None = None, *, confirmed: bool
    ) -> Document:
        """Accept edits, or those of a request, as they are decided now. Errors: NotDone, and those of a quote."""
        self._check_no_payment()
        self._catch_up()
        if request is not None:
            # What has just fallen due may have overtaken it.
            self._overtake_request()
            request.status.check_open(self.moment)
        decided = self._decide(edits, acting)
        if (refusal := decided.refusal()) is not None:
            raise Refused(refusal)
        check_confirmed(decided, confirmed=confirmed)
        # A credit of the account is used first; a reduction collects nothing.
        automatic = self.method.automatic and decided.due_today.total > 0
        amount = amount_to_collect(decided.due_today.total, self.ledger.balance()) if automatic else 0
        if not amount:
            document, changes = self._apply(decided, request)
            self.ledger.allocate()
            self._overtake_request()
            return self._result(document, changes)
        return self._charge(decided, None, amount, self.method.token, request)

    def _expire(self) -> None:
        """Close expired requests. While a payment for it waits, a request stays open: the payer decides."""
        if self.attempt is None:
            self.requests_made.expire(self.moment)

    def _overtake_request(self) -> None:
        """Let events overtake the open request, unless a payment for it waits: the payer decides."""
        if self.attempt is None and self.requests_made.open(self.moment):
            self.requests_made.overtake(self._billing_context(), self.moment, self.today)

    def _check_no_payment(self) -> None:
        if self.attempt is not None:
            raise PaymentOpen(expires_at="")

    def _open_request(self, actor: str, request: str) -> tuple[MemberRequest, Actor]:
        """Return an open request, and its reviewer. Errors: NotDone, RequestClosed."""
        reviewed, reviewer = self.requests_made.find(request), self._check_permitted(actor, "review_requests")
        reviewed.status.check_open(self.moment)
        return reviewed, reviewer

    def _decide(self, edits: Sequence[Edit], acting: Actor) -> Quote:
        """Decide and price edits. Errors: NotDone if something else is in force than they expected."""
        decided = quote(self._billing_context(), edits, acting, self.today)
        if decided.differs_from_expected:
            raise NotDone({"code": "stale"})
        return decided

    def _apply(self, decided: Quote, request: MemberRequest | None) -> tuple[Invoice | None, list[Document]]:
        if request is not None:
            request.close("approved")
        new_id = self.ledger.new_id
        transition = accept(self.context, decided, Order(id=new_id(), quote_id=new_id()), new_id=new_id)
        return self._carry_out(transition), [
            {**write_change(change), "id": str(change.id)} for change in transition.changes
        ]

    def _carry_out(self, transition: Transition) -> Invoice | None:
        """Set the account to the state after a transition; return the document that it issues, if any."""
        self.context = transition.after
        # Notes the products that the account has now, as the table of bought seats does.
        self.seating.bought(self.subscription(self.today))
        for release in transition.freed_seats:
            self.seating.leave(release.members, release.product)
        return self.ledger.issue(transition.invoice, transition.on) if transition.invoice else None

    def _billing_context(self) -> BillingContext:
        """Return the billing context with the seats that are used now and the balance that is open."""
        paying = PaymentMethodAndBalance(self.method, self.ledger.balance())
        return replace(self.context, used=self.seating.uses(*self._state_and_members()), payment=paying)

    def _result(self, document: Invoice | None, changes: list[Document]) -> Document:
        return {"changes": changes, "invoice": self.ledger.write(document, self.today) if document else None}

    def _charge(
        self,
        decided: Quote | None,
        invoice: Invoice | None,
        amount: int,
        token: str,
        request: MemberRequest | None = None,
    ) -> Document:
        """Book or begin a payment, as the gateway answers to the token. Errors: NotDone if it declines."""
        # The same table that the sandbox gateway answers from, without the gateway.
        outcome, reason = TOKENS.get(token, ("declined", "unknown_token"))
        expires_at = self.moment + timedelta(minutes=self.context.policy.attempt_minutes)
        match next_step("open", outcome, expires_at, self.moment):
            case "book":
                return self._book_payment(decided, invoice, amount, request)
            case "wait":
                self.attempt = OpenPayment(decided, invoice, amount, expires_at, request)
                return {"state": "open", "amount": write_money(amount, self.ledger.currency)}
        raise NotDone({"code": "declined", "reason": reason})

    def _book_payment(
        self, decided: Quote | None, invoice: Invoice | None, amount: int, request: MemberRequest | None
    ) -> Document:
        changes, document = list[Document](), invoice
        if decided is not None:
            document, changes = self._apply(decided, request)
        # A payment that waited pays for the quote of its day.
        self.ledger.pay(amount, decided.on if decided is not None else self.today)
        self.ledger.allocate(document.id if document else None)
        self._overtake_request()
        return self._result(document, changes)

    def _collect(self, document: Invoice, *, again: bool) -> None:
        """Collect an open invoice from an automatic payer, once unless asked again."""
        open_amount = self.ledger.open_amount(document) if document.kind == "invoice" else 0
        already_tried = document.id in self.attempted and not again
        if not self.method.automatic or self.attempt is not None or not open_amount or already_tried:
            return
        self.attempted.add(document.id)
        # A declined collection changes nothing: the invoice stays open.
        with suppress(NotDone):
            self._charge(None, document, open_amount, self.method.token)
