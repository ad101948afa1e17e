"""All that rules need to know of one account to decide its state again, read for many accounts at once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from bursar.accounts.models import Account, AccountState
from bursar.columns.row import AccountRow
from bursar.core.billing.coverage import Billed
from bursar.core.billing.line import Line
from bursar.core.money.price import Per
from bursar.core.ordering.content import read_state
from bursar.core.subscription.agreed_item import AgreedItem, merged
from bursar.core.subscription.subscription import NOTHING, Change, Subscription
from bursar.core.subscription.timeline import Timeline
from bursar.invoices.models import BillingSchedule, Coverage
from bursar.invoices.models import Line as LineRow
from bursar.invoices.queries import ScheduleRow, read_row
from bursar.payments.models import Attempt
from bursar.seats.models import Capacity
from bursar.subscriptions.models import Change as ChangeRow
from bursar.subscriptions.models import Checkpoint, Item
from bursar.subscriptions.queries import changes_of

BATCH: Final = 500
Row = TypeVar("Row", bound=AccountRow)


@dataclass(frozen=True, slots=True)
class Point:
    """The whole state that was written down at a renewal, with every change up to a position folded in."""

    on: date
    position: int
    state: Subscription


@dataclass(frozen=True)
class Book:
    """An account's agreement and bills, and the rows that must follow from them. `moment` is in its own zone."""

    account_id: UUID
    currency: str
    zone: ZoneInfo
    moment: datetime
    account_state: str
    changes: tuple[Change, ...]
    points: tuple[Point, ...]
    lines: Mapping[UUID, Line]
    billed: tuple[Billed, ...]
    bought: Mapping[str, int]
    items: tuple[AgreedItem, ...]
    schedule: ScheduleRow | None
    paying: bool

    @property
    def today(self) -> date:
        """Today on the account's clock."""
        return self.moment.date()

    @property
    def waits(self) -> bool:
        """Whether something has fallen due and is not done yet, or a payment keeps it from being done."""
        overdue = self.schedule is not None and self.schedule.due_at is not None and self.schedule.due_at <= self.moment
        return self.paying or overdue

    def since(self, point: Point | None) -> Timeline:
        """Return the timeline from a checkpoint on, of the changes that are not folded into it; without one, of all."""
        if point is None:
            return Timeline.of(NOTHING, self.changes)
        later = (
            change for change in self.changes if change.effective_on > point.on or change.position > point.position
        )
        return Timeline.of(point.state, later)

    @cached_property
    def timeline(self) -> Timeline:
        """The timeline from the last checkpoint on."""
        return self.since(self.points[-1] if self.points else None)

    @cached_property
    def state(self) -> Subscription:
        """The state in force today."""
        return self.timeline.on(self.today)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a batch of accounts, by account."""

    account_states: Mapping[UUID, str]
    schedules: Mapping[UUID, ScheduleRow]
    paying: Collection[UUID]
    changes: Mapping[UUID, list[ChangeRow]]
    points: Mapping[UUID, list[Checkpoint]]
    lines: Mapping[UUID, list[LineRow]]
    coverage: Mapping[UUID, list[Coverage]]
    capacities: Mapping[UUID, list[Capacity]]
    items: Mapping[UUID, list[Item]]


def books(now: datetime) -> Iterator[tuple[UUID, Callable[[], Book]]]:
    """Every account with what opens its book, in batches, with the same few queries for each batch.

    Opening one raises whatever reading broken rows does.
    """
    after = UUID(int=0)
    while batch := list(Account.objects.filter(id__gt=after).order_by("id")[:BATCH]):
        rows = _rows(after, batch[-1].id)
        yield from ((account.id, partial(_book, account, rows, now)) for account in batch)
        after = batch[-1].id


def _rows(after: UUID, last: UUID) -> Rows:
    """The rows of the accounts after one and up to another: neighbours, so that each query reads one stretch."""
    these = {"account_id__gt": after, "account_id__lte": last}
    schedules = BillingSchedule.objects.filter(**these)
    return Rows(
        account_states=dict(AccountState.objects.filter(**these).values_list("account_id", "state")),
        schedules={row.account_id: ScheduleRow(row.due_at, row.billed_until, row.trial_until) for row in schedules},
        paying=set(Attempt.objects.filter(**these, state="open").values_list("account_id", flat=True)),
        changes=_grouped(ChangeRow.objects.filter(**these).order_by("position")),
        points=_grouped(Checkpoint.objects.filter(**these).order_by("on")),
        lines=_grouped(LineRow.objects.filter(**these).order_by("id")),
        coverage=_grouped(Coverage.objects.filter(**these).order_by("item", "span")),
        capacities=_grouped(Capacity.objects.filter(**these)),
        items=_grouped(Item.objects.filter(**these)),
    )


def _book(account: Account, rows: Rows, now: datetime) -> Book:
    zone = ZoneInfo(account.time_zone)
    lines = {row.id: read_row(row) for row in rows.lines.get(account.id, ())}
    coverage = [row for row in rows.coverage.get(account.id, ()) if row.line_id in lines]
    return Book(
        account_id=account.id,
        currency=account.currency,
        zone=zone,
        moment=(account.clock_at or now).astimezone(zone),
        account_state=rows.account_states.get(account.id, ""),
        changes=changes_of(rows.changes.get(account.id, ())),
        points=tuple(Point(row.on, row.position, read_state(row.state)) for row in rows.points.get(account.id, ())),
        lines=lines,
        billed=tuple(Billed(row.item, row.span, row.line_id, lines[row.line_id]) for row in coverage),
        bought={row.product: row.bought for row in rows.capacities.get(account.id, ()) if row.bought},
        items=merged(_item(row) for row in rows.items.get(account.id, ())),
        schedule=rows.schedules.get(account.id),
        paying=account.id in rows.paying,
    )


def _item(row: Item) -> AgreedItem:
    return AgreedItem(
        product=row.product,
        plan=row.plan,
        per=Per(row.per),
        quantity=row.quantity,
        temporary=row.temporary,
        cycle=row.cycle,
        rate=row.rate,
        trial=row.trial,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def _grouped(rows: Iterable[Row]) -> Mapping[UUID, list[Row]]:
    """Rows by their account, in the order they came."""
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.account_id].append(row)
    return found
