"""What was agreed: quotes, changes, and the state they fold into."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from bursar.accounts.queries import NotFound
from bursar.core.content import read_state, read_terms
from bursar.core.edit import read_edit
from bursar.core.problem import phrase
from bursar.core.subscription import NOTHING, Change, Subscription
from bursar.subscriptions import models


@dataclass(frozen=True, slots=True)
class Agreement:
    """The state before the first of `changes`, the changes since then, and the position of the last change ever."""

    start: Subscription
    changes: tuple[Change, ...]
    position: int


@dataclass(frozen=True, slots=True)
class KeptQuote:
    """A quote as it was shown. `content` is what `core.content.write_quote` wrote."""

    id: UUID
    actor_kind: str
    actor_id: UUID | None
    edits: list[dict[str, Any]]
    reason_id: UUID | None
    content: dict[str, Any]
    digest: str
    expires_at: datetime
    taken: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """The taking of a quote, with the changes that it made."""

    id: UUID
    quote_id: UUID
    on: date
    changes: tuple[Change, ...]


def agreement(account_id: UUID) -> Agreement:
    """What was agreed with an account, from its last checkpoint on."""
    point = models.Checkpoint.objects.filter(account_id=account_id).order_by("-on").first()
    rows = models.Change.objects.filter(account_id=account_id).order_by("position")
    last = models.Change.objects.filter(account_id=account_id).order_by("-position").values_list("position", flat=True)
    if point is not None:
        rows = rows.filter(Q(effective_on__gt=point.on) | Q(position__gt=point.position))
    changes = changes_of(rows)
    position = changes[-1].position if changes else (last.first() or 0)
    start = read_state(point.state) if point else NOTHING
    return Agreement(start, changes, max(position, point.position if point else 0))


def changes_of(rows: Iterable[models.Change]) -> tuple[Change, ...]:
    """The changes that rows hold."""
    return tuple(_change(row) for row in rows)


def quote(account_id: UUID, quote_id: UUID) -> KeptQuote:
    """A quote of the account. Errors: NotFound."""
    takes = models.Take.objects.filter(account_id=OuterRef("account_id"), quote_id=OuterRef("pk"))
    row = models.Quote.objects.annotate(taken=Exists(takes)).filter(account_id=account_id, pk=quote_id).first()
    if row is None:
        raise NotFound(what=phrase("quote"))
    return KeptQuote(
        id=row.id,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        edits=row.edits,
        reason_id=row.reason_id,
        content=row.content,
        digest=row.digest,
        expires_at=row.expires_at,
        taken=row.taken,
    )


def taken(account_id: UUID, *, take_id: UUID | None = None, quote_id: UUID | None = None) -> Taken:
    """A taking by its own id or by that of its quote. Errors: NotFound."""
    by = {"pk": take_id} if take_id else {"quote_id": quote_id}
    row = models.Take.objects.filter(account_id=account_id, **by).first()
    if row is None:
        raise NotFound(what=phrase("quote"))
    changes = models.Change.objects.filter(account_id=account_id, take_id=row.id).order_by("position")
    return Taken(row.id, row.quote_id, row.on, changes_of(changes))


def reason(account_id: UUID, quote_id: UUID) -> str:
    """Why somebody cancels, if they said so."""
    found = models.Quote.objects.filter(account_id=account_id, pk=quote_id).values_list("reason__text", flat=True)
    return found.first() or ""


def _change(row: models.Change) -> Change:
    pins, cycle = read_terms(row.terms)
    return Change(
        id=row.id,
        position=row.position,
        edit=read_edit(row.edit, "edit"),
        capability=row.capability,
        effective_on=row.effective_on,
        pins=pins,
        cycle=cycle,
        credit=row.credit,
        by_vendor=row.by_vendor,
        ordered_on=row.ordered_on,
        undoes=row.undoes_id,
    )
