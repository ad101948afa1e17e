"""Paying: what a payment type means, what becomes of an attempt, and which invoices money settles."""

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
    """Why a gateway declined, in its own code; whoever shows it knows words for some."""


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
    """Nothing of {number} is open."""

    code = "nothing_to_pay"


@dataclass(frozen=True, slots=True)
class Method:
    """How an account pays: on invoice terms, or automatically with the gateway's token of a card or mandate.

    `gateway` is the code of the gateway that moves the money; nothing until one was found to serve the account.
    """

    kind: MethodKind = "invoice"
    token: str = ""
    gateway: str = ""

    @property
    def automatic(self) -> bool:
        """Whether payment comes first."""
        return self.kind != ON_INVOICE


@dataclass(frozen=True, slots=True)
class PaymentMethodAndBalance:
    """How an account pays, and what it owes: open invoices less whatever credit notes and payments have left.

    Unit: minor units, tax included; below zero where more is left to the account than is open.
    """

    method: Method = Method()
    owes: int = 0


ON_INVOICE_TERMS: Final = PaymentMethodAndBalance()


def read_method(kind: object, token: object) -> Method:
    """A payment method as it was asked for. Errors: UnknownMethod, TokenNeeded, NoToken."""
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
    """Only the vendor takes an account off automatic payment. Errors: StaysAutomatic."""
    if isinstance(actor, Member) and now.automatic and not wanted.automatic:
        raise StaysAutomatic()


ENDED: Final[Mapping[AttemptState, Phrase]] = {
    "succeeded": phrase("completed"),
    "failed": phrase("declined"),
    "cancelled": phrase("given up"),
    "refunded": phrase("paid back"),
}
"""How an attempt can be over, in words."""


def check_waiting(state: AttemptState) -> None:
    """Raise NotWaiting if an attempt is over."""
    if state != "open":
        raise NotWaiting(state=ENDED[state])


GatewayAnswer = Literal["succeeded", "declined", "pending", "unknown", "cancelled", "refunded"]
"""What a gateway says of a charge; it never heard of an unknown one."""
AttemptStep = Literal["take", "fail", "wait", "cancel", "refund", "nothing"]
"""What to do next about an attempt."""


def next_step(state: AttemptState, answer: GatewayAnswer, expires_at: datetime, now: datetime) -> AttemptStep:
    """What an attempt needs, given what the gateway says of its charge.

    An attempt is never taken twice; money for one that was given up goes back.
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
    return "cancel"


@dataclass(frozen=True, slots=True)
class OpenAmount:
    """An amount that is left of a document or a payment. Unit: minor units."""

    id: UUID
    left: int


@dataclass(frozen=True, slots=True)
class ProposedAllocation:
    """So much of one amount that settles so much of an invoice."""

    source: UUID
    invoice: UUID
    amount: int


def document_status(kind: Kind, left: int, due_on: date, today: date) -> str:
    """How a document stands: paid, open or overdue for an invoice; settled or open for a credit note."""
    if left == 0:
        return "paid" if kind == "invoice" else "settled"
    return "overdue" if kind == "invoice" and due_on < today else "open"


def amount_to_collect(total: int, owes: int) -> int:
    """What must be collected of a total, once credits that no open invoice needs are used for it. Unit: minor units."""
    return max(total + min(owes, 0), 0)


def propose_allocations(
    sources: Iterable[OpenAmount], invoices: Iterable[OpenAmount]
) -> tuple[ProposedAllocation, ...]:
    """Money and credits spread over open invoices, both in the order given, none beyond what it has left."""
    owing = [(invoice.id, invoice.left) for invoice in invoices if invoice.left > 0]
    settled: list[ProposedAllocation] = []
    for source in sources:
        left = source.left
        while left > 0 and owing:
            invoice, open_ = owing[0]
            amount = min(left, open_)
            settled.append(ProposedAllocation(source.id, invoice, amount))
            left -= amount
            if amount == open_:
                owing.pop(0)
            else:
                owing[0] = (invoice, open_ - amount)
    return tuple(settled)
