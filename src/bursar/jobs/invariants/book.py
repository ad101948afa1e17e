"""All that rules need to know of one account to decide its state again, read for many accounts at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from bursar.accounts.models import Account, Standing
from bursar.core.charge import Billed, Line
from bursar.core.content import read_state
from bursar.core.subscription import NOTHING, Change, Moment, Subscription, state_on, timeline
from bursar.invoices.models import Coverage, Cursor
from bursar.invoices.models import Line as LineRow
from bursar.invoices.queries import CursorRow, read_row
from bursar.payments.models import Attempt
from bursar.seats.models import Capacity
from bursar.subscriptions.models import Change as ChangeRow
from bursar.subscriptions.models import Checkpoint
from bursar.subscriptions.queries import changes_of

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Point:
    """The whole state that was written down at a renewal, with every change up to a position folded in."""

    on: date
    position: int
    state: Subscription


@dataclass(frozen=True)
class Book:
    """One account: what was agreed and billed, and the rows that must follow from it. `moment` is in its own zone."""

    account_id: UUID
    currency: str
    zone: ZoneInfo
    moment: datetime
    standing: str
    changes: tuple[Change, ...]
    points: tuple[Point, ...]
    lines: Mapping[UUID, Line]
    billed: tuple[Billed, ...]
    bought: Mapping[str, int]
    cursor: CursorRow | None
    paying: bool

    @property
    def today(self) -> date:
        """What day it is for the account."""
        return self.moment.date()

    @property
    def waits(self) -> bool:
        """Whether something has fallen due and is not done yet, or a payment keeps it from being done."""
        overdue = self.cursor is not None and self.cursor.due_at is not None and self.cursor.due_at <= self.moment
        return self.paying or overdue

    def since(self, point: Point | None) -> tuple[Subscription, tuple[Change, ...]]:
        """The state of a checkpoint, or the empty one, and the changes that are not folded into it."""
        if point is None:
            return NOTHING, self.changes
        later = (one for one in self.changes if one.effective_on > point.on or one.position > point.position)
        return point.state, tuple(later)

    def moments(self) -> tuple[Subscription, tuple[Moment, ...]]:
        """The state of the last checkpoint, and every day since then on which it changes."""
        start, changes = self.since(self.points[-1] if self.points else None)
        return start, timeline(start, changes)

    def state(self) -> Subscription:
        """The state in force today."""
        start, moments = self.moments()
        return state_on(start, moments, self.today)


def books(now: datetime) -> Iterator[Book]:
    """Every account, in batches, with the same few queries for each batch."""
    after = UUID(int=0)
    while batch := list(Account.objects.filter(id__gt=after).order_by("id")[:BATCH]):
        yield from _read(batch, now)
        after = batch[-1].id


def _read(batch: list[Account], now: datetime) -> Iterator[Book]:
    ids = [account.id for account in batch]
    standings = dict(Standing.objects.filter(account_id__in=ids).values_list("account_id", "state"))
    cursors = {row.account_id: CursorRow(row.due_at, row.billed_until) for row in Cursor.objects.filter(pk__in=ids)}
    paying = set(Attempt.objects.filter(account_id__in=ids, state="open").values_list("account_id", flat=True))
    changes = _grouped(ChangeRow.objects.filter(account_id__in=ids).order_by("position").iterator())
    points = _grouped(Checkpoint.objects.filter(account_id__in=ids).order_by("on").iterator())
    lines = _grouped(LineRow.objects.filter(account_id__in=ids).order_by("id").iterator())
    coverage = _grouped(Coverage.objects.filter(account_id__in=ids).order_by("item", "span").iterator())
    capacities = _grouped(Capacity.objects.filter(account_id__in=ids).iterator())
    for account in batch:
        known = {row.id: read_row(row) for row in lines[account.id]}
        zone = ZoneInfo(account.time_zone)
        yield Book(
            account_id=account.id,
            currency=account.currency,
            zone=zone,
            moment=(account.clock_at or now).astimezone(zone),
            standing=standings.get(account.id, ""),
            changes=changes_of(changes[account.id]),
            points=tuple(Point(row.on, row.position, read_state(row.state)) for row in points[account.id]),
            lines=known,
            billed=tuple(
                Billed(row.item, row.span, row.line_id, known[row.line_id])
                for row in coverage[account.id]
                if row.line_id in known
            ),
            bought={row.product: row.bought for row in capacities[account.id] if row.bought},
            cursor=cursors.get(account.id),
            paying=account.id in paying,
        )


def _grouped(rows: Iterable[Any]) -> Mapping[UUID, list[Any]]:
    """Rows by their account, in the order they came."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.account_id].append(row)
    return found
