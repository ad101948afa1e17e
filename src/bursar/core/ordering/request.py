"""A request: a quote that waits for somebody who may take it. What can be done with it, or why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from bursar.core.events.request import Cause as Cause
from bursar.core.messages.problem import Conflict, Phrase, phrase
from bursar.core.ordering.quote import Quote
from bursar.core.policy.policy import Actor, Member, Outcome
from bursar.core.policy.refusal import Refused

Difference = Literal["catalog", "policy", "account_type", "price"]
"""What can have changed since a request was made."""
RequestState = Literal["open", "approved", "rejected", "withdrawn", "expired", "overtaken"]

CLOSED: Final = {
    "approved": phrase("approved"),
    "rejected": phrase("rejected"),
    "withdrawn": phrase("withdrawn"),
    "expired": phrase("expired"),
    "overtaken": phrase("overtaken by events"),
}
"""How a request can be closed, in words."""

CAUSES: Final[Mapping[Cause, Phrase]] = {
    "requester": phrase("whoever asked may no longer ask for changes"),
    "account_state": phrase("the account is no longer active"),
    "not_allowed": phrase("nobody in the account may make this change any more"),
    "not_sold": phrase("not everything in it is still sold to this account"),
    "subscription": phrase("the subscription has changed and this no longer fits it"),
    "done": phrase("the account has all of it already"),
}
"""Why a request was overtaken, in words that follow "because"."""


class RequestOpen(Conflict):
    """A request is open already, and one can be at a time; have it reviewed or withdrawn first."""

    code = "request_open"


class RequestClosed(Conflict):
    """This request is no longer open ({state}); nothing more can be done with it."""

    code = "request_closed"


class RequestOvertaken(RequestClosed):
    """This request was closed by itself, because {why}; the subscription page says what may be changed now, and by whom."""


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
class RequestStatus:
    """How a request stands in the books: nobody has closed it, or how; and when it ends by itself.

    `cause` says why it was overtaken, if it was.
    """

    state: RequestState
    expires_at: datetime
    cause: Cause | None = None

    def at(self, moment: datetime) -> RequestState:
        """How it stands at a moment of the account's clock."""
        return "expired" if self.state == "open" and self.expires_at <= moment else self.state

    def check_open(self, moment: datetime) -> None:
        """Raise RequestClosed, or RequestOvertaken, if nothing can be done with it any more."""
        state = self.at(moment)
        if self.cause is not None:
            raise RequestOvertaken(why=CAUSES[self.cause])
        if state != "open":
            raise RequestClosed(state=CLOSED[state])


@dataclass(frozen=True, slots=True)
class Basis:
    """By what a request is decided: the type of the account, and the versions of the catalog and of the policy."""

    account_type: str
    catalog: int
    policy: int

    def differences(self, today: "Basis") -> tuple[Difference, ...]:
        """What is another one today."""
        pairs: Mapping[Difference, bool] = {
            "catalog": self.catalog != today.catalog,
            "policy": self.policy != today.policy,
            "account_type": self.account_type != today.account_type,
        }
        return tuple(one for one, differs in pairs.items() if differs)


def costs_differ(asked: Quote, today: Quote) -> bool:
    """Whether what is asked for costs something else today, at once or at the renewal."""
    return (asked.due_today, asked.next_renewal) != (today.due_today, today.next_renewal)


def check_submittable(answer: Quote) -> None:
    """Nothing, if what is quoted can only be asked for. Errors: Refused, NothingToAsk, NoNeedToAsk."""
    if not answer.edits:
        raise NothingToAsk()
    stopped = answer.refusal()
    if stopped is None:
        raise NoNeedToAsk()
    if stopped.outcome is Outcome.REFUSED:
        raise Refused(stopped)


def check_withdrawal(actor: Actor, requester: UUID, name: str) -> None:
    """Nothing, if the actor may withdraw a request: whoever made it may, and the vendor. Errors: OnlyRequester."""
    if isinstance(actor, Member) and actor.id != requester:
        raise OnlyRequester(name=name)
