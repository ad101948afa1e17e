"""Plays a life with the core alone: what actions store is folded in memory, and nothing is decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from bursar.core.catalog import Catalog
from bursar.core.content import write_change, write_decision, write_money, write_quote, write_span
from bursar.core.coverage import invoiced, taken
from bursar.core.currency import digits
from bursar.core.edit import read_edits, write_edit
from bursar.core.payment import Method, PaymentOpen, check_replacement, next_step, read_method, to_collect
from bursar.core.policy import (
    OVERRIDABLE,
    ROLES,
    VENDOR,
    Account,
    Actor,
    Contact,
    Member,
    Outcome,
    Override,
    State,
    decide,
    known,
)
from bursar.core.problem import Problem
from bursar.core.quote import Quote, quote
from bursar.core.renewal import next_due
from bursar.core.situation import Situation
from bursar.core.subscription import Subscription, pending, state_on, timeline
from bursar.core.tax import read_tax_rate
from bursar.gateways.tokens import TOKENS
from bursar.policy.document import read as read_policy
from bursar.scenario.ledger import Issued, Ledger
from bursar.scenario.transcript import Answered, Document, problem

SUPPORT = Contact("Support", "support@example.com", "support")


class CorePlayer:
    """One account in memory."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def open(self, account_type: str, options: Mapping[str, str], policy: Document) -> None:
        """Open the account, with one member of each role."""
        rules = read_policy(policy, 1)
        members = tuple(
            Member(UUID(int=(1 << 64) + number), role.title(), f"{role}@example.com", role)
            for number, role in enumerate(ROLES)
        )
        try:
            rules.account_type(account_type)
            digits(options["currency"])
            tax = read_tax_rate(options.get("tax", "0"))
        except Problem as found:
            raise problem(found) from None
        account = Account(UUID(int=1), account_type, options["currency"], State.ACTIVE, members, support=SUPPORT)
        self.situation = Situation(account, rules, self.catalog, tax=tax)
        self.ledger = Ledger(options["currency"])
        self.method = Method()
        self.attempt: tuple[Quote | None, Issued | None, int] | None = None
        self.attempted: set[UUID] = set()
        self.today = date.fromisoformat(options.get("clock", "2026-01-01"))
        self.looked_on = self.today

    def move(self, day: str) -> Sequence[Document]:
        """Move the clock; an open payment expires first, then what falls due is done in order."""
        to = date.fromisoformat(day)
        if to < self.today:
            raise Answered({"code": "clock_backwards"})
        if to > self.today:
            self.attempt = None
        self.today = to
        before = len(self.ledger.issued)
        self._catch_up()
        for one in list(self.ledger.issued):
            self._collect(one, again=False)
        return [self.ledger.shown(one, self.today) for one in self.ledger.issued[before:]]

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        """Ask for a quote."""
        try:
            self._catch_up()
            return write_quote(quote(self.situation, read_edits(list(edits)), self._actor(actor), self.today))
        except Problem as found:
            raise problem(found) from None

    def take(self, actor: str, edits: Sequence[Document]) -> Document:
        """Take edits as they are decided now; who pays automatically pays first."""
        try:
            read = read_edits(list(edits))
            if self.attempt is not None:
                raise PaymentOpen(expires_at="")
            self._catch_up()
            answer = quote(self.situation, read, self._actor(actor), self.today)
        except Problem as found:
            raise problem(found) from None
        if (refusal := answer.refusal()) is not None:
            raise Answered({"code": refusal.outcome.value, **write_decision(refusal)})
        amount = 0
        if self.method.automatic and answer.due_today.total > 0:
            amount = to_collect(answer.due_today.total, self.ledger.sources(), self.ledger.open("invoice"))
        if not amount:
            return self._take(answer)
        return self._pay(answer, None, amount, self.method.token)

    def authenticate(self, outcome: str) -> Document:
        """What the payer did about the open payment."""
        if self.attempt is None:
            raise Answered({"code": "not_waiting"})
        (answer, invoice, amount), self.attempt = self.attempt, None
        if outcome == "failed":
            raise Answered({"code": "declined", "reason": "authentication_failed"})
        return self._paid(answer, invoice, amount)

    def pay_with(self, actor: str, kind: str, token: str) -> None:
        """Choose how to pay; what is open is collected with it."""
        who = self._actor(actor)
        decision = decide(self.situation.policy, self.situation.account, who, "change_payment_type", self.today)
        if decision.outcome is not Outcome.ALLOWED:
            raise Answered({"code": decision.outcome.value, **write_decision(decision)})
        try:
            wanted = read_method(kind, token or None)
            check_replacement(self.method, wanted, who)
        except Problem as found:
            raise problem(found) from None
        self.method = wanted
        for one in list(self.ledger.issued):
            self._collect(one, again=True)

    def override(self, capability: str, grant: bool, until: str | None) -> None:
        """Grant or withhold a capability on the account."""
        known(capability, OVERRIDABLE)
        made = Override(capability, grant, date.fromisoformat(until) if until else None)
        account = self.situation.account
        if any(one.capability == capability for one in account.overrides):
            raise Answered({"code": "override_exists"})
        self.situation = replace(self.situation, account=replace(account, overrides=(*account.overrides, made)))

    def may(self, actor: str, capability: str) -> Document:
        """The decision about a capability."""
        account = self.situation.account
        return write_decision(decide(self.situation.policy, account, self._actor(actor), capability, self.today))

    def state(self) -> Document:
        """The subscription as the API shows it."""
        state = self.subscription(self.today)
        calendar = state.calendar if state.items else None
        return {
            "state": self.situation.account.state.value,
            "cycle": state.cycle.code,
            "period": write_span(calendar.period(self.today)) if calendar else None,
            "term": write_span(calendar.term(self.today)) if calendar else None,
            "items": [
                {"product": one.product, "plan": one.plan, "quantity": one.quantity} for one in state.items.values()
            ],
            "scheduled": [
                {"id": str(one.id), "edit": write_edit(one.edit), "effective_on": one.effective_on.isoformat()}
                for one in pending(self.situation.changes, self.today)
            ],
        }

    def journal(self) -> str:
        """The journal."""
        return self.ledger.journal()

    def subscription(self, on: date) -> Subscription:
        """What the account has on a day."""
        return state_on(self.situation.start, timeline(self.situation.start, self.situation.changes), on)

    def _actor(self, name: str) -> Actor:
        return next((one for one in self.situation.account.members if one.role == name), VENDOR)

    def _catch_up(self) -> None:
        """Everything that has fallen due, day by day; while a payment is open nothing does."""
        while self.attempt is None:
            moments = timeline(self.situation.start, self.situation.changes)
            due = next_due(self.situation.start, moments, self.looked_on)
            if due.on is None or due.on > self.today:
                return
            lines = self.situation.due(moments, due.on, self.situation.billed)
            self.situation = invoiced(self.situation, lines, due.on, self.ledger.new_id)
            self.ledger.issue(lines, due.on, self.situation.policy.invoice_due_days)
            self.ledger.allocate()
            self.looked_on = due.on

    def _take(self, answer: Quote) -> Document:
        document, changes = self._apply(answer)
        self.ledger.allocate()
        return self._shown(document, changes)

    def _apply(self, answer: Quote) -> tuple[Issued | None, list[Document]]:
        before = len(self.situation.changes)
        self.situation = taken(self.situation, answer, self.ledger.new_id)
        self.looked_on = max(self.looked_on, answer.on)
        document = self.ledger.issue(answer.lines, answer.on, self.situation.policy.invoice_due_days)
        changes: list[Document] = [{**write_change(one), "id": str(one.id)} for one in self.situation.changes[before:]]
        return document, changes

    def _shown(self, document: Issued | None, changes: list[Document]) -> Document:
        return {"changes": changes, "invoice": self.ledger.shown(document, self.today) if document else None}

    def _pay(self, answer: Quote | None, invoice: Issued | None, amount: int, token: str) -> Document:
        """Do what the gateway's answer to a token asks for."""
        outcome, reason = TOKENS.get(token, ("declined", "unknown_token"))
        begun = datetime.combine(self.today, time(), UTC)
        expires_at = begun + timedelta(minutes=self.situation.policy.attempt_minutes)
        match next_step("open", outcome, expires_at, begun):
            case "take":
                return self._paid(answer, invoice, amount)
            case "wait":
                self.attempt = (answer, invoice, amount)
                return {"state": "open", "amount": write_money(amount, self.ledger.currency)}
        raise Answered({"code": "declined", "reason": reason})

    def _paid(self, answer: Quote | None, invoice: Issued | None, amount: int) -> Document:
        changes: list[Document] = []
        document = invoice
        if answer is not None:
            document, changes = self._apply(answer)
        self.ledger.pay(amount, self.today)
        self.ledger.allocate(document.id if document else None)
        return self._shown(document, changes)

    def _collect(self, document: Issued, *, again: bool) -> None:
        """Collect an open invoice from an automatic payer, once unless asked again."""
        left = self.ledger.left(document) if sum(line.amount + line.tax for line in document.lines) > 0 else 0
        tried = document.id in self.attempted and not again
        if not self.method.automatic or self.attempt is not None or not left or tried:
            return
        self.attempted.add(document.id)
        try:
            self._pay(None, document, left, self.method.token)
        except Answered:
            return
