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
class MemberRequest:
    """A request of a member, which is closed once. `quote` is the one that the member saw."""

    id: UUID
    member: Member
    edits: tuple[Edit, ...]
    quote: Quote
    status: RequestStatus
    reason: str = ""

    def close(self, state: RequestState, reason: str = "", cause: Cause | None = None) -> None:
        """Close the request."""
        self.status, self.reason = replace(self.status, state=state, cause=cause), reason

    def document(self, moment: datetime) -> Document:
        """Return the request as the API shows it."""
        return {
            "id": str(self.id),
            "member": {"email": self.member.email},
            "state": self.status.at(moment),
            "quote": write_quote(self.quote),
            "closed": {"reason": self.reason, "cause": self.status.cause} if self.status.state != "open" else None,
        }


@dataclass
class Requests:
    """All requests of an account, the oldest first; one is open at a time."""

    all: list[MemberRequest] = field(default_factory=list)

    def find(self, id: str) -> MemberRequest:
        """Return a request by its id."""
        return next(request for request in self.all if str(request.id) == id)

    def check_none_open(self) -> None:
        """Raise RequestOpen if the account has an open request that bars another."""
        # By the stored state: an expired request bars another until it is closed.
        if any(request.status.state == "open" for request in self.all):
            raise RequestOpen()

    def open(self, moment: datetime) -> MemberRequest | None:
        """Return the request that can be reviewed at a moment, if there is one."""
        return next((request for request in self.all if request.status.at(moment) == "open"), None)

    def overtake(self, context: BillingContext, moment: datetime, on: date) -> None:
        """Close the open request if nobody could approve it any more."""
        open_request = self.open(moment)
        if open_request is None:
            return
        present = {member.id: member for member in context.account.members}
        requester = present.get(open_request.member.id, replace(open_request.member, active=False))
        cause = overtaken(context, open_request.edits, requester, on)
        if cause is not None:
            open_request.close("overtaken", cause=cause)

    def expire(self, moment: datetime) -> None:
        """Close requests that nobody reviewed in time."""
        for request in self.all:
            if request.status.at(moment) != request.status.state:
                request.close("expired")
