"""What happened to an account, and what a repeated deed was answered."""

from collections.abc import Collection
from dataclasses import dataclass
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
    """A deed that is to be done once however often it is sent. `scope` is whose key it is, and for which door."""

    scope: str
    key: str
    body_digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a deed was answered: a status, and the kind and id of the thing that the answer shows."""

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
        """The event as a value. Errors: KeyError where the entry lacks something that its kind holds."""
        return read_event(self.kind, self.data, self.version)


def answered(idempotency_key: IdempotencyKey) -> Answer | None:
    """What this deed was answered before, if it was. Errors: OtherBody."""
    found = StoredResponse.objects.filter(scope=idempotency_key.scope, key=idempotency_key.key).first()
    if found is None:
        return None
    if found.body_digest != idempotency_key.body_digest:
        raise OtherBody(key=idempotency_key.key)
    return Answer(found.answer_kind, found.answer_id, found.status)


def fact(account_id: UUID, entry_id: UUID) -> Fact:
    """One entry of an account's history."""
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
    """The newest facts first, those before a given one; of some kinds and of the days between two, both included."""
    wanted = {"id__lt": before, "kind__in": kinds, "on__gte": since, "on__lte": until}
    given = {name: value for name, value in wanted.items() if value is not None}
    rows = Entry.objects.filter(account_id=account_id, **given)
    return [Fact(*row) for row in rows.order_by("-id").values_list(*_FACT)[:limit]]


ENTRIES: Final = '(SELECT account_id, id, kind, "on" FROM history_entry)'
"""The entries of histories, for the statements of those who tell of them."""
_FACT: Final = tuple(Fact.__dataclass_fields__)
