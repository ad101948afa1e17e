"""Payments: payment methods, the next step of an attempt, and the allocation of money to invoices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from bursar.core.billing.invoice import Kind
from bursar.core.messages.problem import Conflict, Invalid, Phrase, phrase
from bursar.core.policy.policy import Actor, Member

MethodKind = Literal["invoice", "card", "debit"]
METHOD_KINDS: Final = ("invoice", "card", "debit")
ON_INVOICE: Final = "invoice"


class DeclineReason(str):
    """The reason of a declined charge in the gateway's own code; pages have words for some of these."""


AttemptState = Literal["open", "succeeded", "failed", "cancelled", "refunded"]


class UnknownMethod(Invalid):
    """There is no payment type {found}. The payment types are: {known}."""

    code = "unknown_payment_type"


class TokenNeeded(Invalid):
    """A payment by {kind} needs the token that the gateway gave for it."""

    code = "token_needed"


class NoToken(Invalid):
    """An account that pays on invoice terms has no token; leave it out."""

    code = "no_token"


class StaysAutomatic(Invalid):
    """This account pays automatically: give another card or mandate in place of the present one."""

    code = "stays_automatic"


class PaymentOpen(Conflict):
    """A payment of this account waits to be finished; finish it, give it up, or wait until {expires_at}."""

    code = "payment_open"


class NotWaiting(Conflict):
    """This payment does not wait for the payer any more; it is {state}."""

    code = "not_waiting"


class NothingToPay(Conflict):
    """There is nothing left to pay of {number}."""

    code = "nothing_to_pay"


@dataclass(frozen=True, slots=True)
class Method:
    """A payment method: invoice terms, or automatic payment with the gateway's token of a card or mandate.

    `gateway` is the code of the gateway that moves the money; empty until a gateway is found that serves the account.
    """

    kind: MethodKind = "invoice"
    token: str = ""
    gateway: str = ""

    @property
    def automatic(self) -> bool:
        """True for a card or mandate, with which payment comes before the change."""
        return self.kind != ON_INVOICE


@dataclass(frozen=True, slots=True)
class PaymentMethodAndBalance:
    """An account's payment method and balance: open invoices less unallocated credit notes and payments.

    Unit: minor units, tax included; below zero where the account has credit.
    """

    method: Method = Method()
    owes: int = 0


ON_INVOICE_TERMS: Final = PaymentMethodAndBalance()


def read_method(kind: object, token: object) -> Method:
    """Return the payment method of a kind and token. Errors: UnknownMethod, TokenNeeded, NoToken."""
    if kind == "invoice":
        if token not in (None, ""):
            raise NoToken()
        return Method()
    if kind not in ("card", "debit"):
        raise UnknownMethod(found=repr(kind)[:60], known=", ".join(METHOD_KINDS))
    if not isinstance(token, str) or not token.strip() or len(token) > 200:
        raise TokenNeeded(kind=phrase("card") if kind == "card" else phrase("direct debit"))
    return Method("card" if kind == "card" else "debit", token.strip())


def check_replacement(now: Method, wanted: Method, actor: Actor) -> None:
    """Raise StaysAutomatic if a member would end automatic payment, which only the vendor may."""
    if isinstance(actor, Member) and now.automatic and not wanted.automatic:
        raise StaysAutomatic()


ENDED: Final[Mapping[AttemptState, Phrase]] = {
    "succeeded": phrase("completed"),
    "failed": phrase("declined"),
    "cancelled": phrase("given up"),
    "refunded": phrase("paid back"),
}
"""The words for each state of an attempt that is over."""


def check_waiting(state: AttemptState) -> None:
    """Raise NotWaiting if an attempt is over."""
    if state != "open":
        raise NotWaiting(state=ENDED[state])


GatewayAnswer = Literal["succeeded", "declined", "pending", "unknown", "cancelled", "refunded"]
"""The gateway's answer about a charge; a charge that never reached it is unknown."""
AttemptStep = Literal["take", "fail", "wait", "cancel", "refund", "nothing"]
"""The next step of an attempt."""


def next_step(state: AttemptState, answer: GatewayAnswer, expires_at: datetime, now: datetime) -> AttemptStep:
    """Return the next step of an attempt after the gateway's answer about its charge.

    Money is booked once; money for an attempt that failed or was given up goes back.
    """
    if state != "open":
        return "refund" if state in ("failed", "cancelled") and answer == "succeeded" else "nothing"
    match answer:
        case "succeeded":
            return "take"
        case "declined" | "cancelled" | "refunded":
            return "fail"
        case "pending":
            return "wait" if now < expires_at else "cancel"
    # The charge never reached the gateway, so nothing can come of it.
    return "cancel"


@dataclass(frozen=True, slots=True)
class OpenAmount:
    """The open amount of a document or payment. Unit: minor units."""

    id: UUID
    left: int


@dataclass(frozen=True, slots=True)
class ProposedAllocation:
    """An amount of a source to be allocated to an invoice. Unit: minor units."""

    source: UUID
    invoice: UUID
    amount: int


def document_status(kind: Kind, left: int, due_on: date, today: date) -> str:
    """Return the status of a document: paid, open or overdue for an invoice; settled or open for a credit note."""
    if left == 0:
        return "paid" if kind == "invoice" else "settled"
    return "overdue" if kind == "invoice" and due_on < today else "open"


def amount_to_collect(total: int, owes: int) -> int:
    """Return the amount to collect of a total, once the account's credit is used for it. Unit: minor units."""
    return max(total + min(owes, 0), 0)


def propose_allocations(
    sources: Iterable[OpenAmount], invoices: Iterable[OpenAmount]
) -> tuple[ProposedAllocation, ...]:
    """Return allocations of money and credit to open invoices, both in the order given, none beyond its open amount."""
    due = [(invoice.id, invoice.left) for invoice in invoices if invoice.left > 0]
    allocations: list[ProposedAllocation] = []
    for source in sources:
        left = source.left
        while left > 0 and due:
            invoice, open_ = due[0]
            amount = min(left, open_)
            allocations.append(ProposedAllocation(source.id, invoice, amount))
            left -= amount
            if amount == open_:
                due.pop(0)
            else:
                due[0] = (invoice, open_ - amount)
    return tuple(allocations)
