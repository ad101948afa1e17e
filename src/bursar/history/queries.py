"""Read the histories of accounts, and stored responses."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from bursar.core.events import Event, read_event
from bursar.core.messages.problem import Invalid
from bursar.history.models import Entry, StoredResponse


class OtherBody(Invalid):
    """The Idempotency-Key {key} was used for something else; send a new key with a new body."""

    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The key of a call that is done once however often it is sent. `scope` names the caller and the operation."""

    scope: str
    key: str
    body_digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its status, and the kind and id of the resource that it shows."""

    kind: str
    id: str
    status: int


@dataclass(frozen=True)
class Fact:
    """An entry of an account's history: an event as it is stored, its actor, and its time."""

    id: UUID
    kind: str
    actor_kind: str
    actor_id: UUID | None
    on: date
    recorded_at: datetime
    data: dict[str, Any]
    version: int

    @cached_property
    def event(self) -> Event:
        """The event as a value. Errors: ValidationError if the entry lacks a field of its kind."""
        return read_event(self.kind, self.data, self.version)

    @property
    def ids(self) -> set[UUID]:
        """The ids in the fact: of its actor, and of everything that the event is about, people among it."""
        values = (self.actor_id, *(getattr(self.event, part.name) for part in fields(self.event)))
        return {value for value in values if isinstance(value, UUID)}


def stored_response(idempotency_key: IdempotencyKey) -> Answer | None:
    """Return the stored response for a key, if there is one. Errors: OtherBody."""
    # Looked up by scope too: two callers may well choose the same key.
    stored = StoredResponse.objects.filter(scope=idempotency_key.scope, key=idempotency_key.key).first()
    if stored is None:
        return None
    if stored.body_digest != idempotency_key.body_digest:
        raise OtherBody(key=idempotency_key.key)
    return Answer(stored.answer_kind, stored.answer_id, stored.status)


def fact(account_id: UUID, entry_id: UUID) -> Fact:
    """Return an entry of an account's history."""
    return Fact(*Entry.objects.filter(account_id=account_id).values_list(*_FACT).get(pk=entry_id))


def facts(
    account_id: UUID,
    *,
    before: UUID | None,
    limit: int,
    kinds: Collection[str] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[Fact]:
    """Return entries, the newest first, those before a given one; of some kinds, and from day to day inclusive."""
    lookups = {"id__lt": before, "kind__in": kinds, "on__gte": since, "on__lte": until}
    filters = {name: value for name, value in lookups.items() if value is not None}
    rows = Entry.objects.filter(account_id=account_id, **filters)
    return [Fact(*row) for row in rows.order_by("-id").values_list(*_FACT)[:limit]]


ENTRIES: Final = '(SELECT account_id, id, kind, "on" FROM history_entry)'
"""The entries of histories, for statements of rooms that send emails about them."""
_FACT: Final = tuple(Fact.__dataclass_fields__)
