"""Events of requests: submitted, reminded of, and closed in each of the ways."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from bursar.core.events.event import Audience, Event
from bursar.core.messages.problem import phrase

Cause = Literal["requester", "account_state", "not_allowed", "not_sold", "subscription", "done"]
"""Why nobody can approve a request any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent(Event):
    """An event of a request."""

    group = "requests"

    request: UUID
    """The request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSubmitted(RequestEvent):
    """A member submitted a quote as a request."""

    kind = "request_submitted"
    told_to = Audience.REVIEWERS
    sentence = phrase("A change was asked for.")

    quote: UUID
    """The quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReminded(RequestEvent):
    """The reviewers were reminded, once, of a request that expires soon."""

    kind = "request_reminded"
    told_to = Audience.REVIEWERS
    optional = "reminders"
    sentence = phrase("A request still waits to be reviewed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEnded(RequestEvent):
    """A request was closed; each way of closing it has its own state."""

    state: ClassVar[Literal["approved", "rejected", "withdrawn", "expired", "overtaken"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestApproved(RequestEnded):
    """A request was approved, and its quote thereby accepted."""

    kind = "request_approved"
    state = "approved"
    told_to = Audience.REQUESTER
    sentence = phrase("The request was approved.")

    take: UUID
    """The order that was made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRejected(RequestEnded):
    """A request was rejected; the reason is on the request."""

    kind = "request_rejected"
    state = "rejected"
    told_to = Audience.REQUESTER
    sentence = phrase("The request was rejected.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWithdrawn(RequestEnded):
    """A request was withdrawn."""

    kind = "request_withdrawn"
    state = "withdrawn"
    told_to = Audience.REVIEWERS
    sentence = phrase("The request was withdrawn.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestExpired(RequestEnded):
    """A request expired: no one reviewed it in time."""

    kind = "request_expired"
    state = "expired"
    told_to = Audience.REQUESTER
    sentence = phrase("Nobody reviewed the request in time; it was closed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOvertaken(RequestEnded):
    """A request was closed by Bursar, because nobody can approve it any more."""

    kind = "request_overtaken"
    state = "overtaken"
    told_to = Audience.REQUESTER_OR_REVIEWERS

    cause: Cause
    """Why nobody could."""
