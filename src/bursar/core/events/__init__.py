"""Events: one class for each kind of fact that an account's history holds.

The classes stand in the modules of this folder, by what they are about. A class with a `kind` is found there by itself.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, get_args
from uuid import UUID

from bursar.core.events import account, payment, people, request, subscription
from bursar.core.events.event import (
    VERSION,
    Audience,
    Event,
    Group,
    Names,
    OptionalEmail,
    name_kind,
    read_fields,
    write_event,
)
from bursar.core.events.payment import AmountEvent, PaymentFailed, PaymentReceived
from bursar.core.events.subscription import AcceptedChange, Billed, ChangesAccepted, Invoiced
from bursar.core.subscription.edit import Edit

# Read-only, since every room reads them: what one changed, all others would see.
EVENTS: Final[Mapping[str, type[Event]]] = MappingProxyType(
    {
        event.kind: event
        for module in (subscription, request, payment, people, account)
        for event in vars(module).values()
        if isinstance(event, type) and issubclass(event, Event) and "kind" in vars(event)
    }
)
"""Every kind of event by the code under which it is stored."""

GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {group: tuple(code for code, event in EVENTS.items() if event.group == group) for group in get_args(Group)}
)
"""The codes of the kinds of event by what they are about."""

EMAILED: Final = tuple(code for code, event in EVENTS.items() if event.told_to is not Audience.NOBODY)
"""The codes of the kinds of event of which anybody is told by email."""

__all__ = [
    "EMAILED",
    "EVENTS",
    "GROUPS",
    "VERSION",
    "Audience",
    "Event",
    "Group",
    "Names",
    "OptionalEmail",
    "document_of",
    "name_kind",
    "read_event",
    "redacted",
    "write_event",
]


def read_event(kind: str, data: Mapping[str, Any], version: int) -> Event:
    """Return the event that an entry of the history states.

    Errors: KeyError for an unknown kind, ValidationError for a missing field.
    """
    return read_fields(EVENTS[kind], data, version)


def document_of(event: Event) -> UUID | None:
    """Return the invoice or credit note that goes with an event, if one does."""
    return event.invoice if isinstance(event, Invoiced) else None


def redacted(event: Event, *, prices: bool, invoices: bool) -> Event:
    """Return an event without the amounts that a reader may not see.

    Agreed prices and totals are for a reader who sees costs or invoices (`prices`). The amount of a payment and the
    number of its invoice are for a reader who sees invoices.
    """
    match event:
        case ChangesAccepted() if not prices:
            return replace(event, changes=tuple(map(_without_prices, event.changes)), total_minor=None)
        case Billed() if not prices:
            return replace(event, total_minor=None)
        # Before AmountEvent: these two name the invoice as well.
        case PaymentReceived() | PaymentFailed() if not invoices:
            return replace(event, amount_minor=None, number=None)
        case AmountEvent() if not invoices:
            return replace(event, amount_minor=None)
    return event


def _without_prices(accepted: AcceptedChange) -> AcceptedChange:
    # An undoing quotes the edit that it undoes, whose price is as little for this reader as its own.
    undoes = _without_price(accepted.undoes) if accepted.undoes else None
    return replace(accepted, prices=(), edit=_without_price(accepted.edit), undoes=undoes)


def _without_price(edit: Edit) -> Edit:
    # Not every kind of edit can have a price.
    return replace(edit, price=None) if edit.price is not None else edit
