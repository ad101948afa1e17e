"""Writing down what happened, and what was answered to whom."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bursar.core.policy import Actor, Member
from bursar.history.models import Entry, Receipt
from bursar.history.queries import Once


def record(
    *, account_id: UUID, kind: str, actor: Actor, on: date, now: datetime, data: dict[str, Any] | None = None
) -> None:
    """One fact of an account's history; `data` holds ids and codes, never names or free text."""
    Entry.objects.create(account_id=account_id, kind=kind, on=on, recorded_at=now, data=data or {}, **columns(actor))


def record_each(kind: str, facts: Iterable[tuple[UUID, date, dict[str, Any]]], *, actor: Actor, now: datetime) -> None:
    """One fact of the same kind in the history of each of many accounts. Shape: account, day, and data, of each."""
    entries = (
        Entry(account_id=account_id, kind=kind, on=on, recorded_at=now, data=data, **columns(actor))
        for account_id, on, data in facts
    )
    Entry.objects.bulk_create(entries, batch_size=1000)


def columns(actor: Actor) -> dict[str, Any]:
    """The columns that say who did something."""
    if isinstance(actor, Member):
        return {"actor_kind": "member", "actor_id": actor.id}
    return {"actor_kind": "system" if actor.system else "vendor", "actor_id": actor.id}


def answer(once: Once | None, *, kind: str, id: object, status: int, now: datetime) -> None:
    """Keep what a deed is answered with, in the deed's own transaction, so that sending it again answers the same.

    Errors: IntegrityError when the same key was answered meanwhile.
    """
    if once is not None:
        Receipt.objects.create(
            scope=once.scope,
            key=once.key,
            body_digest=once.body_digest,
            answer_kind=kind,
            answer_id=str(id),
            status=status,
            recorded_at=now,
        )
