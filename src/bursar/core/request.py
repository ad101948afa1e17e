"""A request: a quote that waits for somebody who may take it. What can be done with it, or why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from bursar.core.policy import Actor, Member, Outcome
from bursar.core.problem import Conflict, phrase
from bursar.core.quote import Quote
from bursar.core.refusal import Refused

Moved = Literal["catalog", "policy", "account_type", "price"]
"""What can have changed since a request was made."""
RequestState = Literal["open", "approved", "rejected", "withdrawn", "expired"]


CLOSED: Final = {
    "approved": phrase("approved"),
    "rejected": phrase("rejected"),
    "withdrawn": phrase("withdrawn"),
    "expired": phrase("expired"),
}
"""How a request can be closed, in words."""


class RequestOpen(Conflict):
    """A request is open already, and one can be at a time; have it reviewed or withdrawn first."""

    code = "request_open"


class RequestClosed(Conflict):
    """This request is no longer open ({state}); nothing more can be done with it."""

    code = "request_closed"


class NoNeedToAsk(Conflict):
    """You may do this at once; make the change instead of asking for it."""

    code = "no_need_to_ask"


class NothingToAsk(Conflict):
    """Nothing would change; ask for something that the account does not have yet."""

    code = "nothing_to_ask"


class OnlyRequester(Conflict):
    """Only {name}, who asked, can withdraw the request; to say no to it, reject it."""

    code = "only_requester"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands in the books: nobody has closed it, or how; and when it ends by itself."""

    state: RequestState
    expires_at: datetime

    def at(self, moment: datetime) -> RequestState:
        """How it stands at a moment of the account's clock."""
        return "expired" if self.state == "open" and self.expires_at <= moment else self.state

    def check_open(self, moment: datetime) -> None:
        """Nothing, while something can be done with it. Errors: RequestClosed."""
        state = self.at(moment)
        if state != "open":
            raise RequestClosed(state=CLOSED[state])


@dataclass(frozen=True, slots=True)
class Basis:
    """By what a request is decided: the type of the account, and the versions of the catalog and of the policy."""

    account_type: str
    catalog: int
    policy: int

    def moved(self, today: "Basis") -> tuple[Moved, ...]:
        """What is another one today."""
        pairs: Mapping[Moved, bool] = {
            "catalog": self.catalog != today.catalog,
            "policy": self.policy != today.policy,
            "account_type": self.account_type != today.account_type,
        }
        return tuple(one for one, differs in pairs.items() if differs)


def costs_otherwise(asked: Quote, today: Quote) -> bool:
    """Whether what is asked for costs something else today, at once or at the renewal."""
    return (asked.due_today, asked.next_renewal) != (today.due_today, today.next_renewal)


def check_asking(answer: Quote) -> None:
    """Nothing, if what is quoted can only be asked for. Errors: Refused, NothingToAsk, NoNeedToAsk."""
    if not answer.edits:
        raise NothingToAsk()
    stopped = answer.refusal()
    if stopped is None:
        raise NoNeedToAsk()
    if stopped.outcome is Outcome.REFUSED:
        raise Refused(stopped)


def check_withdrawing(actor: Actor, requester: UUID, name: str) -> None:
    """Nothing, if the actor may withdraw a request: whoever made it may, and the vendor. Errors: OnlyRequester."""
    if isinstance(actor, Member) and actor.id != requester:
        raise OnlyRequester(name=name)
