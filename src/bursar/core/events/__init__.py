"""Events: one class for each kind of fact that an account's history holds."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from bursar.core.events.account import (
    AccountAltered,
    AccountErased,
    AccountOpened,
    AttemptRefused,
    LimitSet,
    OverrideAdded,
    OverrideEnded,
)
from bursar.core.events.event import VERSION, Audience, Event, Group, Optional, read_fields, write_event
from bursar.core.events.payment import DetailsSet, MethodSet, PaymentFailed, PaymentReceived, PaymentRefunded
from bursar.core.events.people import (
    EmailSentAgain,
    MemberAccepted,
    MemberAdded,
    MemberChanged,
    MemberErased,
    MemberEvent,
    MemberInvited,
    MemberRemoved,
    MemberResumed,
    MemberSuspended,
    OwnerChanged,
    SeatAssigned,
    SeatFreed,
    SeatsCounted,
)
from bursar.core.events.request import (
    Cause,
    RequestApproved,
    RequestEnded,
    RequestEvent,
    RequestExpired,
    RequestOvertaken,
    RequestRejected,
    RequestReminded,
    RequestSubmitted,
    RequestWithdrawn,
)
from bursar.core.events.subscription import (
    Before,
    ChangesApplied,
    ChangesTaken,
    Invoiced,
    RenewalAhead,
    Renewed,
    SeatsShort,
    TakenChange,
    TemporarySeatsEnded,
    TrialEnded,
    TrialEnding,
)

EVENTS: Final[Mapping[str, type[Event]]] = MappingProxyType(
    {
        event.kind: event
        for event in (
            *(ChangesTaken, ChangesApplied, Renewed, RenewalAhead, TemporarySeatsEnded, TrialEnding, TrialEnded),
            *(RequestSubmitted, RequestReminded, RequestApproved, RequestRejected, RequestWithdrawn, RequestExpired),
            RequestOvertaken,
            *(MethodSet, PaymentReceived, PaymentFailed, PaymentRefunded, DetailsSet),
            *(MemberAdded, MemberInvited, MemberAccepted, MemberChanged, MemberSuspended, MemberResumed),
            *(MemberRemoved, MemberErased, OwnerChanged, SeatAssigned, SeatFreed, SeatsCounted, SeatsShort),
            EmailSentAgain,
            *(AccountOpened, AccountAltered, OverrideAdded, OverrideEnded, LimitSet, AccountErased),
            AttemptRefused,
        )
    }
)
"""Every kind of event by the code under which it is stored."""

__all__ = [
    "EVENTS",
    "VERSION",
    "AccountAltered",
    "AccountErased",
    "AccountOpened",
    "AttemptRefused",
    "Audience",
    "Before",
    "Cause",
    "ChangesApplied",
    "ChangesTaken",
    "DetailsSet",
    "EmailSentAgain",
    "Event",
    "Group",
    "Invoiced",
    "LimitSet",
    "MemberAccepted",
    "MemberAdded",
    "MemberChanged",
    "MemberErased",
    "MemberEvent",
    "MemberInvited",
    "MemberRemoved",
    "MemberResumed",
    "MemberSuspended",
    "MethodSet",
    "Optional",
    "OverrideAdded",
    "OverrideEnded",
    "OwnerChanged",
    "PaymentFailed",
    "PaymentReceived",
    "PaymentRefunded",
    "RenewalAhead",
    "Renewed",
    "RequestApproved",
    "RequestEnded",
    "RequestEvent",
    "RequestExpired",
    "RequestOvertaken",
    "RequestRejected",
    "RequestReminded",
    "RequestSubmitted",
    "RequestWithdrawn",
    "SeatAssigned",
    "SeatFreed",
    "SeatsCounted",
    "SeatsShort",
    "TakenChange",
    "TemporarySeatsEnded",
    "TrialEnded",
    "TrialEnding",
    "read_event",
    "write_event",
]


def read_event(kind: str, data: Mapping[str, Any], version: int) -> Event:
    """Return the event that an entry of the history states. Errors: KeyError for a kind or a field that is missing."""
    return read_fields(EVENTS[kind], data, version)
