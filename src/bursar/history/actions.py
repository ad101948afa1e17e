"""Write events into histories, and store responses for idempotency keys."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bursar.columns.insert import insert_together
from bursar.core.events import VERSION, Event, write_event
from bursar.core.policy.policy import Actor, Member
from bursar.history.models import Entry, StoredResponse
from bursar.history.queries import IdempotencyKey

AccountEvent = tuple[UUID, date, Actor, Event]
"""An event with its account, its day by the account's clock, and its actor."""


def record(*, account_id: UUID, events: Iterable[Event], actor: Actor, on: date, now: datetime) -> None:
    """Write events into an account's history, in their order; `on` is their day by the account's clock."""
    record_each(((account_id, on, actor, event) for event in events), now=now)


def record_each(account_events: Iterable[AccountEvent], *, now: datetime) -> None:
    """Write events into the histories of many accounts at once, in their order."""
    entries = [
        Entry(
            account_id=account_id,
            kind=event.kind,
            version=VERSION,
            on=on,
            recorded_at=now,
            data=write_event(event),
            **actor_columns(actor),
        )
        for account_id, on, actor, event in account_events
    ]
    # Ids are made here, in the order of the events, and a history is read in the order of its ids.
    insert_together(entries)


def actor_columns(actor: Actor) -> dict[str, Any]:
    """Return the columns that name an actor."""
    # By the id alone: names change, and must be erasable.
    if isinstance(actor, Member):
        return {"actor_kind": "member", "actor_id": actor.id}
    return {"actor_kind": "system" if actor.system else "vendor", "actor_id": actor.id}


def store_response(
    idempotency_key: IdempotencyKey | None, *, kind: str, id: object, status: int, now: datetime
) -> None:
    """Store the response to a call, in the call's own transaction, so that the same call, sent again, gets it again.

    Errors: IntegrityError if a call with the same key was answered meanwhile.
    """
    if idempotency_key is not None:
        StoredResponse.objects.create(
            scope=idempotency_key.scope,
            key=idempotency_key.key,
            body_digest=idempotency_key.body_digest,
            answer_kind=kind,
            answer_id=str(id),
            status=status,
            recorded_at=now,
        )
