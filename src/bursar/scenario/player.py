"""The actions of a player of scenarios. The core player and the system player must print the same text."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from bursar.core.messages.problem import Problem
from bursar.core.ordering.content import write_decision
from bursar.core.policy.member import NotActive
from bursar.core.policy.policy import Outcome
from bursar.core.policy.refusal import Refused

Document = Mapping[str, Any]


class NotDone(Exception):
    """A step was not done; the document gives the reason, as a problem of the API does."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document


class Player(Protocol):
    """Plays one life. Documents are those of the API; a step that is not done raises NotDone."""

    def open(self, account_type: str, options: Mapping[str, str], policy: Document) -> None:
        """Open the account, with one member of each role, on the day of its `clock`."""

    def publish(self, catalog: Document | None, policy: Document | None) -> None:
        """Publish a new version of the catalog, of the policy, or of both."""

    def move_clock(self, to: str) -> object:
        """Move the clock to a day or an instant, and do everything that falls due on the way."""

    def documents(self) -> Sequence[Document]:
        """Return all documents as they are now, the oldest first."""

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        """Return a quote."""

    def accept(self, actor: str, edits: Sequence[Document], *, confirmed: bool = False) -> Document:
        """Accept edits as they are decided now; return changes and invoice, or an open attempt."""

    def submit(self, actor: str, edits: Sequence[Document]) -> Document:
        """Submit a request."""

    def approve(self, actor: str, request: str, *, confirmed: bool = False) -> Document:
        """Approve a request."""

    def reject(self, actor: str, request: str, reason: str) -> Document:
        """Reject a request, with a reason."""

    def withdraw(self, actor: str, request: str) -> Document:
        """Withdraw the actor's own request."""

    def requests(self) -> Sequence[Document]:
        """Return all requests as they are now, the oldest first."""

    def answer_payment(self, outcome: str) -> Document:
        """Play the payer's answer to the open attempt."""

    def set_payment_method(self, actor: str, kind: str, token: str) -> None:
        """Set the payment method."""

    def undo(self, actor: str, change: str) -> Document:
        """Undo a scheduled change by its own address."""

    def pay(self, actor: str, document: str, kind: str, token: str) -> Document:
        """Pay an open invoice once."""

    def add_override(self, capability: str, grant: bool, until: str | None) -> None:
        """Grant or withhold a capability on the account."""

    def end_override(self, capability: str) -> None:
        """End the override of a capability."""

    def alter_account(self, fields: Mapping[str, str]) -> None:
        """Change fields of the account that belong to the vendor: its type, its tax rate."""

    def add_member(self, actor: str, name: str, role: str) -> None:
        """Add a member."""

    def change_member(self, actor: str, name: str, role: str) -> None:
        """Give a member another role."""

    def remove_member(self, actor: str, name: str) -> None:
        """Remove a member from the account."""

    def transfer_ownership(self, actor: str, name: str, reason: str) -> None:
        """Make a billing admin the owner."""

    def member_id(self, name: str) -> str:
        """Return the id of a present or former member, by which edits name them."""

    def assign_seat(self, actor: str, product: str, name: str) -> None:
        """Assign a product to a member."""

    def free_seat(self, actor: str, product: str, name: str) -> None:
        """Take a product from a member."""

    def count_seats(self, product: str, used: int | None) -> None:
        """Report the number of used seats from the vendor's product; None ends this."""

    def seats(self) -> Sequence[Document]:
        """Return the seats of each product, with their holders."""

    def set_billing_details(self, actor: str, details: Mapping[str, str]) -> None:
        """Set the billing details of future invoices."""

    def decisions(self, actor: str) -> Sequence[Document]:
        """Return the decision about every capability."""

    def state(self) -> Document:
        """Return the subscription."""

    def journal(self) -> str:
        """Return the journal."""


def decisions_by_name(player: Player, names: Sequence[str]) -> Mapping[str, Sequence[Document]]:
    """Return the decisions about every capability, by the names of active members."""
    decisions = {}
    for name in names:
        try:
            decisions[name] = player.decisions(name)
        except NotDone as not_done:
            if not_done.document["code"] != NotActive.code:
                raise
    return decisions


@contextmanager
def problems_as_not_done() -> Iterator[None]:
    """Turn a problem of the core within the block into NotDone, with the fields that the API would answer."""
    try:
        yield
    except Refused as refused:
        code = "by_request" if refused.decision.outcome is Outcome.BY_REQUEST else "refused"
        raise NotDone({"code": code, **write_decision(refused.decision)}) from None
    except Problem as problem:
        raise NotDone({"code": problem.code, "reason": problem.params.get("reason")}) from None
