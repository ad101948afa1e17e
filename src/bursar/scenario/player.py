"""The actions that a player of scenarios must have."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from bursar.core.messages.problem import Problem
from bursar.core.ordering.content import write_decision
from bursar.core.policy.member import NotActive
from bursar.core.policy.policy import Outcome
from bursar.core.policy.refusal import Refused

Document = Mapping[str, Any]


class Answered(Exception):
    """Something was not done; the document says why."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document


class Player(Protocol):
    """Plays one life. Documents are those of the API; what is not done raises Answered."""

    def open(self, account_type: str, options: Mapping[str, str], policy: Document) -> None:
        """Open the account, with one member of each role; its clock stands on the day given."""

    def publish(self, catalog: Document | None, policy: Document | None) -> None:
        """Publish a new version of the catalog, of the policy, or of both."""

    def move(self, to: str) -> object:
        """Move the clock to a day or an instant, and do what falls due on the way."""

    def documents(self) -> Sequence[Document]:
        """All documents as they stand now, the oldest first."""

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        """Ask for a quote."""

    def take(self, actor: str, edits: Sequence[Document], *, confirmed: bool = False) -> Document:
        """Take edits as they are decided now: changes and invoice, or an open attempt."""

    def ask(self, actor: str, edits: Sequence[Document]) -> Document:
        """Ask for what may only be asked for."""

    def approve(self, actor: str, request: str, *, confirmed: bool = False) -> Document:
        """Take what a request asks for."""

    def reject(self, actor: str, request: str, reason: str) -> Document:
        """Close a request without doing it."""

    def withdraw(self, actor: str, request: str) -> Document:
        """Take a request back."""

    def requests(self) -> Sequence[Document]:
        """All requests as they stand now, the oldest first."""

    def authenticate(self, outcome: str) -> Document:
        """Play the payer's answer to the open attempt."""

    def pay_with(self, actor: str, kind: str, token: str) -> None:
        """Choose how to pay."""

    def undo(self, actor: str, change: str) -> Document:
        """Take a scheduled change back by its own address."""

    def pay(self, actor: str, document: str, kind: str, token: str) -> Document:
        """Pay an open invoice once."""

    def override(self, capability: str, grant: bool, until: str | None) -> None:
        """Grant or withhold a capability on the account."""

    def lift(self, capability: str) -> None:
        """End the override of a capability."""

    def alter(self, fields: Mapping[str, str]) -> None:
        """Change what the vendor says of the account: its type, its tax rate."""

    def add_member(self, actor: str, name: str, role: str) -> None:
        """Make somebody a member."""

    def change_member(self, actor: str, name: str, role: str) -> None:
        """Give a member another role."""

    def remove_member(self, actor: str, name: str) -> None:
        """Take a member out of the account."""

    def pass_on(self, actor: str, name: str, reason: str) -> None:
        """Make a billing admin the owner."""

    def member_id(self, name: str) -> str:
        """The id of somebody who is or was a member, as edits name them."""

    def assign(self, actor: str, product: str, name: str) -> None:
        """Give a member a product."""

    def free(self, actor: str, product: str, name: str) -> None:
        """Take a product from a member."""

    def count(self, product: str, used: int | None) -> None:
        """Let the vendor's product say how many seats are used."""

    def seats(self) -> Sequence[Document]:
        """The seats of each product, and who has it."""

    def say(self, actor: str, details: Mapping[str, str]) -> None:
        """Say what future invoices say of the customer."""

    def may(self, actor: str) -> Sequence[Document]:
        """The decision about every capability."""

    def state(self) -> Document:
        """The subscription."""

    def journal(self) -> str:
        """The journal."""


def rights(player: Player, names: Sequence[str]) -> Mapping[str, Sequence[Document]]:
    """The decisions about every capability by name, for those who may do anything."""
    found = {}
    for name in names:
        try:
            found[name] = player.may(name)
        except Answered as answered:
            if answered.document["code"] != NotActive.code:
                raise
    return found


@contextmanager
def answering() -> Iterator[None]:
    """Lets a problem of the core be an answer."""
    try:
        yield
    except Problem as found:
        raise problem(found) from None


def problem(found: Problem) -> Answered:
    """A problem as an answer."""
    if isinstance(found, Refused):
        code = "by_request" if found.decision.outcome is Outcome.BY_REQUEST else "refused"
        return Answered({"code": code, **write_decision(found.decision)})
    return Answered({"code": found.code, "reason": found.params.get("reason")})
