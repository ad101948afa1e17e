"""Writing down what happened, and what was answered to whom."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bursar.core.events import VERSION, Event, write_event
from bursar.core.policy.policy import Actor, Member
from bursar.history.models import Entry, StoredResponse
from bursar.history.queries import IdempotencyKey

Happened = tuple[UUID, date, Actor, Event]
"""An event: in which account, on which day by its clock, and who did it."""


def record(*, account_id: UUID, events: Iterable[Event], actor: Actor, on: date, now: datetime) -> None:
    """Write events into an account's history, in their order; `on` is their day by the account's clock."""
    record_each(((account_id, on, actor, event) for event in events), now=now)


def record_each(happened: Iterable[Happened], *, now: datetime) -> None:
    """Write events into the histories of many accounts at once, in their order."""
    entries = (
        Entry(
            account_id=account_id,
            kind=event.kind,
            version=VERSION,
            on=on,
            recorded_at=now,
            data=write_event(event),
            **columns(actor),
        )
        for account_id, on, actor, event in happened
    )
    Entry.objects.bulk_create(entries, batch_size=1000)


def columns(actor: Actor) -> dict[str, Any]:
    """The columns that say who did something."""
    if isinstance(actor, Member):
        return {"actor_kind": "member", "actor_id": actor.id}
    return {"actor_kind": "system" if actor.system else "vendor", "actor_id": actor.id}


def answer(idempotency_key: IdempotencyKey | None, *, kind: str, id: object, status: int, now: datetime) -> None:
    """Keep what a deed is answered with, in the deed's own transaction, so that sending it again answers the same.

    Errors: IntegrityError when the same key was answered meanwhile.
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
