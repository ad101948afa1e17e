"""The requests of a life that is played in memory."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from bursar.core.ordering.approval import overtaken
from bursar.core.ordering.content import write_quote
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.quote import Quote
from bursar.core.ordering.request import Cause, RequestOpen, RequestState, RequestStatus
from bursar.core.policy.policy import Member
from bursar.core.subscription.edit import Edit
from bursar.scenario.player import Document


@dataclass(slots=True)
class Asked:
    """A request of a member, which is closed once."""

    id: UUID
    member: Member
    edits: tuple[Edit, ...]
    answer: Quote
    status: RequestStatus
    reason: str = ""

    def close(self, state: RequestState, reason: str = "", cause: Cause | None = None) -> None:
        """It is open no more."""
        self.status, self.reason = replace(self.status, state=state, cause=cause), reason

    def shown(self, moment: datetime) -> Document:
        """The request as the API shows it."""
        return {
            "id": str(self.id),
            "member": {"email": self.member.email},
            "state": self.status.at(moment),
            "quote": write_quote(self.answer),
            "closed": {"reason": self.reason, "cause": self.status.cause} if self.status.state != "open" else None,
        }


@dataclass
class Requests:
    """All requests, the oldest first; one is open at a time."""

    all: list[Asked] = field(default_factory=list)

    def one(self, id: str) -> Asked:
        """A request by its id."""
        return next(asked for asked in self.all if str(asked.id) == id)

    def check_none_open(self) -> None:
        """Raise RequestOpen if the account has an open request that bars another."""
        if any(asked.status.state == "open" for asked in self.all):
            raise RequestOpen()

    def open(self, moment: datetime) -> Asked | None:
        """Return the request that can be reviewed at a moment, if there is one."""
        return next((asked for asked in self.all if asked.status.at(moment) == "open"), None)

    def overtake(self, context: BillingContext, moment: datetime, on: date) -> None:
        """Close the open request if nobody could approve it any more."""
        found = self.open(moment)
        cause = overtaken(context, found.edits, found.member.id, on) if found else None
        if found is not None and cause is not None:
            found.close("overtaken", cause=cause)

    def expire(self, moment: datetime) -> None:
        """Close what nobody reviewed in time."""
        for asked in self.all:
            if asked.status.at(moment) != asked.status.state:
                asked.close("expired")
