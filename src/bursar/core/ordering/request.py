"""Requests: quotes that members submitted and that wait for approval, and the checks of what can be done with them."""

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
"""The things that can differ between a request and today."""
RequestState = Literal["open", "approved", "rejected", "withdrawn", "expired", "overtaken"]

CLOSED_PHRASES: Final = {
    "approved": phrase("approved"),
    "rejected": phrase("rejected"),
    "withdrawn": phrase("withdrawn"),
    "expired": phrase("expired"),
    "overtaken": phrase("overtaken by events"),
}
"""The words for each way of closing a request."""

CAUSE_PHRASES: Final[Mapping[Cause, Phrase]] = {
    "requester": phrase("whoever asked may no longer ask for changes"),
    "account_state": phrase("the account is no longer active"),
    "not_allowed": phrase("nobody in the account may make this change any more"),
    "not_sold": phrase("not everything in it is still sold to this account"),
    "subscription": phrase("the subscription has changed and this no longer fits it"),
    "done": phrase("the account has all of it already"),
}
"""The words for each cause of overtaking, to follow "because"."""


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
    """The request would change nothing; ask for something that the account does not have yet."""

    code = "nothing_to_ask"


class OnlyRequester(Conflict):
    """Only {name}, who asked, can withdraw the request; to say no to it, reject it."""

    code = "only_requester"


@dataclass(frozen=True, slots=True)
class RequestStatus:
    """The stored state of a request, and the moment at which it expires.

    `cause` is the cause of an overtaken request.
    """

    state: RequestState
    expires_at: datetime
    cause: Cause | None = None

    def at(self, moment: datetime) -> RequestState:
        """Return the state at a moment of the account's clock."""
        # Computed and not stored: a request expires on time even if no worker runs, and by a sandbox account's own clock.
        return "expired" if self.state == "open" and self.expires_at <= moment else self.state

    def check_open(self, moment: datetime) -> None:
        """Raise RequestClosed or RequestOvertaken if the request is no longer open."""
        # The cause first: it says more than that the request is closed.
        state = self.at(moment)
        if self.cause is not None:
            raise RequestOvertaken(why=CAUSE_PHRASES[self.cause])
        if state != "open":
            raise RequestClosed(state=CLOSED_PHRASES[state])


@dataclass(frozen=True, slots=True)
class Basis:
    """The basis of a request: the account type, and the versions of catalog and policy."""

    account_type: str
    catalog: int
    policy: int

    def differences(self, today: "Basis") -> tuple[Difference, ...]:
        """Return the things that are different today."""
        pairs: Mapping[Difference, bool] = {
            "catalog": self.catalog != today.catalog,
            "policy": self.policy != today.policy,
            "account_type": self.account_type != today.account_type,
        }
        return tuple(difference for difference, differs in pairs.items() if differs)


def costs_differ(requested: Quote, today: Quote) -> bool:
    """Return true if the requested changes have another price today, at once or at the renewal."""
    # Totals and not lines: a reviewer is warned of another price, not of the same price made up otherwise.
    return (requested.due_today, requested.next_renewal) != (today.due_today, today.next_renewal)


def check_submittable(requested: Quote) -> None:
    """Raise unless the quote needs a request: Refused, NothingToAsk or NoNeedToAsk."""
    # In this order: a quote without edits has no refusal, and would look as if it needed no request.
    if not requested.edits:
        raise NothingToAsk()
    refusal = requested.refusal()
    if refusal is None:
        raise NoNeedToAsk()
    if refusal.outcome is Outcome.REFUSED:
        raise Refused(refusal)


def check_withdrawal(actor: Actor, requester: UUID, name: str) -> None:
    """Raise OnlyRequester unless the actor is the requester or the vendor."""
    # A reviewer who withdrew another's request would hide a rejection, which needs an answer to the requester.
    if isinstance(actor, Member) and actor.id != requester:
        raise OnlyRequester(name=name)
