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
MOST_TOKEN: Final = 200
"""The most characters of a token. Gateways' tokens are far shorter; a card number or a page pasted here is a mistake."""


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

    Unit: minor units, tax included; above zero if the account owes, below zero if it has credit.
    """

    method: Method = Method()
    balance: int = 0


ON_INVOICE_TERMS: Final = PaymentMethodAndBalance()


def read_method(kind: object, token: object) -> Method:
    """Return the payment method of a kind and token. Errors: UnknownMethod, TokenNeeded, NoToken."""
    if kind == "invoice":
        if token not in (None, ""):
            raise NoToken()
        return Method()
    if kind not in ("card", "debit"):
        raise UnknownMethod(found=repr(kind)[:60], known=", ".join(METHOD_KINDS))
    if not isinstance(token, str) or not token.strip() or len(token) > MOST_TOKEN:
        raise TokenNeeded(kind=phrase("card") if kind == "card" else phrase("direct debit"))
    # Literals in place of `kind`, which mypy knows as an object.
    return Method("card" if kind == "card" else "debit", token.strip())


def check_replacement(present: Method, replacement: Method, actor: Actor) -> None:
    """Raise StaysAutomatic if a member would end automatic payment, which only the vendor may."""
    # Invoice terms are credit: the account would use first and pay later. The vendor grants that, nobody takes it.
    if isinstance(actor, Member) and present.automatic and not replacement.automatic:
        raise StaysAutomatic()


ENDED_PHRASES: Final[Mapping[AttemptState, Phrase]] = {
    "succeeded": phrase("completed"),
    "failed": phrase("declined"),
    "cancelled": phrase("given up"),
    "refunded": phrase("paid back"),
}
"""The words for each state of an attempt that is over."""


def check_waiting(state: AttemptState) -> None:
    """Raise NotWaiting if an attempt is over."""
    if state != "open":
        raise NotWaiting(state=ENDED_PHRASES[state])


GatewayAnswer = Literal["succeeded", "declined", "pending", "unknown", "cancelled", "refunded"]
"""The gateway's answer about a charge; a charge that never reached it is unknown."""
AttemptStep = Literal["book", "fail", "wait", "cancel", "refund", "nothing"]
"""The next step of an attempt. `book` books the payment, with the order or invoice that it pays for."""


def next_step(state: AttemptState, answer: GatewayAnswer, expires_at: datetime, now: datetime) -> AttemptStep:
    """Return the next step of an attempt after the gateway's answer about its charge.

    Money is booked once; money for an attempt that failed or was given up goes back.
    """
    # Answers arrive twice and late. An attempt that is over changes no more, but money for it must not stay here.
    if state != "open":
        return "refund" if state in ("failed", "cancelled") and answer == "succeeded" else "nothing"
    match answer:
        case "succeeded":
            return "book"
        case "declined" | "refunded":
            return "fail"
        case "cancelled":
            # A cancelled charge was given up, by the payer or at the deadline; nobody must read that it was declined.
            return "cancel"
        case "pending":
            # After the deadline the charge is cancelled at the gateway, or the payer could still pay for an old price.
            return "wait" if now < expires_at else "cancel"
    # The charge never reached the gateway, so nothing can come of it.
    return "cancel"


def cancellation_reason(expires_at: datetime, now: datetime) -> str:
    """Return why a charge was cancelled: before its deadline the payer gave it up, from then on it expired."""
    return "given_up" if now < expires_at else "expired"


@dataclass(frozen=True, slots=True)
class OpenAmount:
    """The open amount of a document or payment. Unit: minor units."""

    id: UUID
    open_minor: int


@dataclass(frozen=True, slots=True)
class ProposedAllocation:
    """An amount of a source, to be allocated to an invoice or a refund. Unit: minor units."""

    source: UUID
    invoice: UUID
    amount: int


def document_status(kind: Kind, open_minor: int, due_on: date, today: date) -> str:
    """Return the status of a document: paid, open or overdue for an invoice; settled or open for a credit note."""
    if open_minor == 0:
        return "paid" if kind == "invoice" else "settled"
    # The due date itself is still in time, to its last minute.
    return "overdue" if kind == "invoice" and due_on < today else "open"


def amount_to_collect(total: int, balance: int) -> int:
    """Return the amount to collect of a total, once the account's credit is used for it. Unit: minor units."""
    # Only credit counts. Debt of older invoices is collected with them, and would be charged twice here.
    return max(total + min(balance, 0), 0)


def propose_allocations(
    sources: Iterable[OpenAmount], invoices: Iterable[OpenAmount]
) -> tuple[ProposedAllocation, ...]:
    """Return allocations of money and credit to open invoices, both in the order given, none beyond its open amount."""
    unpaid = [(invoice.id, invoice.open_minor) for invoice in invoices if invoice.open_minor > 0]
    allocations: list[ProposedAllocation] = []
    for source in sources:
        unused = source.open_minor
        while unused > 0 and unpaid:
            invoice_id, open_minor = unpaid[0]
            amount = min(unused, open_minor)
            allocations.append(ProposedAllocation(source.id, invoice_id, amount))
            unused -= amount
            # An invoice that is paid in part stays first, so that the next source pays it before any later invoice.
            if amount == open_minor:
                unpaid.pop(0)
            else:
                unpaid[0] = (invoice_id, open_minor - amount)
    return tuple(allocations)
