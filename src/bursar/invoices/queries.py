"""Read invoices, coverage and billing schedules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from bursar.accounts.relations import ACCOUNTS, PARTIES
from bursar.columns.statement import HERE, select, select_one
from bursar.core.billing.coverage import Billed
from bursar.core.billing.invoice import Buyer, Invoice, Seller
from bursar.core.billing.invoice_content import read_parties
from bursar.core.billing.line import ChargeType, Line
from bursar.core.calendar.period import Proration, Span
from bursar.core.messages.problem import NotFound, phrase
from bursar.core.messages.text import Text
from bursar.core.money.price import Per
from bursar.invoices import models


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of an account's new documents: its series by kind, the seller's time zone, seller and buyer."""

    series: Mapping[str, UUID]
    zone: ZoneInfo
    seller: Seller
    buyer: Buyer


class DueAccount(NamedTuple):
    """An account for which something is due, and the moment since which it is."""

    due_at: datetime
    account_id: UUID


_FIRST_DUE: Final = DueAccount(datetime.min.replace(tzinfo=UTC), UUID(int=0))


def billing_schedule(account_id: UUID) -> "ScheduleRow":
    """Return the billing schedule of an account."""
    return billing_schedules([account_id])[account_id]


def billing_schedules(account_ids: Collection[UUID]) -> dict[UUID, "ScheduleRow"]:
    """Return the billing schedules of accounts, by account."""
    rows = select(
        f"SELECT here.account_id, schedule.* FROM {HERE} CROSS JOIN LATERAL ({SCHEDULE}) AS schedule",
        accounts=list(account_ids),
    )
    return {account_id: ScheduleRow(*row) for account_id, *row in rows}


def read_billed(rows: Iterable[Sequence[Any]]) -> tuple[Billed, ...]:
    """Return the billed days of each item that the JSON of `BILLED` states."""
    return tuple(Billed(item, _span(span), UUID(line_id), _line(*line)) for item, span, line_id, *line in rows)


def documents(
    account_id: UUID, *, before: UUID | None = None, limit: int, among: Collection[UUID] | None = None
) -> list[Invoice]:
    """Return invoices and credit notes, the newest first, those before a given one; only those in `among` if given."""
    lookups = {"id__lt": before, "id__in": among}
    given = {name: value for name, value in lookups.items() if value is not None}
    rows = models.Invoice.objects.filter(account_id=account_id, **given)
    return _documents(account_id, list(rows.select_related("series").order_by("-id")[:limit]))


def document(account_id: UUID, invoice_id: UUID) -> Invoice:
    """Return an invoice or credit note. Errors: NotFound."""
    rows = models.Invoice.objects.filter(account_id=account_id, pk=invoice_id).select_related("series")
    invoices = _documents(account_id, list(rows))
    if not invoices:
        raise NotFound(what=phrase("invoice"))
    return invoices[0]


def invoice_of_order(account_id: UUID, order_id: UUID) -> Invoice | None:
    """Return the invoice or credit note of an order, if it has one."""
    rows = models.Line.objects.filter(account_id=account_id, invoice__order_id=order_id).order_by("position")
    lines = list(rows.select_related("invoice__series"))
    return _invoice(lines[0].invoice, [(line.id, read_row(line)) for line in lines]) if lines else None


def letterheads(account_ids: Collection[UUID]) -> Mapping[UUID, Letterhead]:
    """Return the heads of new documents, by account."""
    heads = {}
    for account_id, series, zone, *parties in select(_LETTERHEADS, accounts=list(account_ids)):
        numbered = {kind: UUID(series_id) for kind, series_id in series.items()}
        seller, buyer = read_parties(dict(zip(_PARTIES, parties, strict=True)))
        heads[account_id] = Letterhead(numbered, ZoneInfo(zone), seller, buyer)
    return heads


def due_accounts(until: datetime, limit: int, *, after: DueAccount | None = None) -> list[DueAccount]:
    """Return accounts on the real clock for which something is due, the longest waiting first, those after another."""
    after = after or _FIRST_DUE
    return [
        DueAccount(*row)
        for row in select(_DUE_ACCOUNTS, until=until, due=after.due_at, account=after.account_id, limit=limit)
    ]


def still_due(account_ids: Collection[UUID], until: datetime) -> list[UUID]:
    """Return those of the accounts for which something is due, the longest waiting first."""
    if not account_ids:
        return []
    rows = models.BillingSchedule.objects.filter(account_id__in=account_ids, due_at__lte=until)
    return list(rows.order_by("due_at", "account_id").values_list("account_id", flat=True))


def renewals(now: datetime) -> tuple[int, datetime | None]:
    """Count accounts on the real clock for which something is due by now; return the moment of the first too."""
    return select_one(_DUE, now=now) or (0, None)


def ending_periods(now: datetime, days: int, limit: int) -> list[UUID]:
    """Return accounts on the real clock whose billing period ends within so many days and is not announced yet."""
    return _ending("billed_until", now, days, limit)


def ending_trials(now: datetime, days: int, limit: int) -> list[UUID]:
    """Return accounts on the real clock whose trial ends within so many days and is not announced yet."""
    return _ending("trial_until", now, days, limit)


def announcements(now: datetime, period_days: int, trial_days: int) -> tuple[int, datetime | None]:
    """Count ends of periods and trials that are to be announced; return the moment of the first of them too."""
    ends = (("billed_until", period_days), ("trial_until", trial_days))
    waiting = [_announcing(column, now, days) for column, days in ends if days]
    return sum(count for count, _ in waiting), min((since for _, since in waiting if since), default=None)


def _announcing(column: str, now: datetime, days: int) -> tuple[int, datetime | None]:
    since = f"min((c.{column} - %(days)s)::timestamp AT TIME ZONE a.time_zone)"
    statement = f"SELECT count(*), {since} {_ENDING.format(column=column)}"
    return select_one(statement, now=now, days=days, horizon=_horizon(now, days)) or (0, None)


def _ending(column: str, now: datetime, days: int, limit: int) -> list[UUID]:
    statement = f"SELECT c.account_id {_ENDING.format(column=column)} ORDER BY c.{column} LIMIT %(limit)s"
    rows = select(statement, now=now, days=days, horizon=_horizon(now, days), limit=limit)
    return [account for (account,) in rows]


def _horizon(now: datetime, days: int) -> date:
    """Return the last day that may be so many days ahead in any time zone, for which the index is read."""
    return now.date() + timedelta(days=days + 1)


def read_row(row: models.Line) -> Line:
    """Return the line that a row holds."""
    return _line(*_COLUMNS(row))


def _documents(account_id: UUID, rows: Iterable[models.Invoice]) -> list[Invoice]:
    rows = list(rows)
    lines: dict[UUID, list[tuple[UUID, Line]]] = {row.id: [] for row in rows}
    for line in models.Line.objects.filter(account_id=account_id, invoice_id__in=lines).order_by("position"):
        lines[line.invoice_id].append((line.id, read_row(line)))
    return [_invoice(row, lines[row.id]) for row in rows]


def _invoice(row: models.Invoice, booked: Iterable[tuple[UUID, Line]]) -> Invoice:
    seller, buyer = read_parties(row.snapshot)
    return Invoice(
        id=row.id,
        number=f"{row.series.prefix}{row.number:06d}",
        currency=row.currency,
        on=row.on,
        issued_on=row.issued_on,
        due_on=row.due_on,
        seller=seller,
        buyer=buyer,
        booked=tuple(booked),
        order_id=row.order_id,
    )


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """The days until which an account is billed and on trial, and the moment at which something falls due next."""

    due_at: datetime | None
    billed_until: date | None
    trial_until: date | None


_ENDING: Final = f"""
FROM invoices_billingschedule c JOIN {ACCOUNTS} a ON a.id = c.account_id
WHERE c.{{column}} <= %(horizon)s AND c.announced_until IS DISTINCT FROM c.{{column}} AND NOT a.sandbox
    AND c.{{column}} <= (%(now)s AT TIME ZONE a.time_zone)::date + %(days)s
"""
_PARTIES: Final = ("seller", "sold_to", "bill_to", "vat_id", "purchase_order", "recipients")
_LETTERHEADS: Final = f"""
SELECT p.account_id, (
        SELECT json_object_agg(s.kind, s.id) FROM invoices_series s WHERE s.seller_id = p.seller_id AND s.mode = p.mode
    ), p.time_zone, {", ".join(f"p.{name}" for name in _PARTIES)}
FROM {PARTIES} p WHERE p.account_id = ANY(%(accounts)s)
"""
_DUE: Final = f"""
SELECT count(*), min(c.due_at)
FROM invoices_billingschedule c JOIN {ACCOUNTS} a ON a.id = c.account_id AND NOT a.sandbox WHERE c.due_at <= %(now)s
"""
_DUE_ACCOUNTS: Final = f"""
SELECT c.due_at, c.account_id
FROM invoices_billingschedule c JOIN {ACCOUNTS} a ON a.id = c.account_id AND NOT a.sandbox
WHERE c.due_at <= %(until)s AND (c.due_at, c.account_id) > (%(due)s, %(account)s)
ORDER BY c.due_at, c.account_id LIMIT %(limit)s
"""
_LINE: Final = (
    *("kind", "charge_type", "product", "plan", "description", "per", "quantity", "unit_price", "span", "period"),
    *("rule", "gross", "discount", "amount", "tax_rate", "tax", "period_gross", "period_net", "credits_id"),
)
_COLUMNS: Final = attrgetter(*_LINE)
_DECIMALS: Final = ("unit_price", "tax_rate")
_SELECTED: Final = ", ".join(f"l.{column}::text" if column in _DECIMALS else f"l.{column}" for column in _LINE)
BILLED: Final = f"""
coalesce((
    SELECT json_agg(json_build_array(c.item, c.span, c.line_id, {_SELECTED}) ORDER BY c.item, c.span)
    FROM invoices_coverage c JOIN invoices_line l ON l.account_id = c.account_id AND l.id = c.line_id
    WHERE c.account_id = here.account_id AND ({{since}} IS NULL OR upper(c.span) > {{since}})
), '[]')
"""
"""The lines that pay for days of each item beyond `since`, a column of the statement around; decimals are texts."""
SCHEDULE: Final = """
SELECT c.due_at, c.billed_until, c.trial_until
FROM (VALUES (1)) AS always LEFT JOIN invoices_billingschedule c ON c.account_id = here.account_id
"""
INVOICED: Final = (
    "SELECT coalesce(sum(i.total), 0)::bigint FROM invoices_invoice i WHERE i.account_id = here.account_id"
)
"""The sum of an account's documents; credit notes are below zero. Unit: minor units, tax included."""


def _line(*values: Any) -> Line:
    """Return the line that the columns of `_LINE` hold, as rows or as JSON give them."""
    values_by_column = dict(zip(_LINE, values, strict=True))
    converted = {
        "charge_type": ChargeType(values_by_column["charge_type"]),
        "description": Text(**values_by_column["description"]),
        "per": Per(values_by_column["per"]),
        **{column: Decimal(values_by_column[column]) for column in _DECIMALS},
        "span": _span(values_by_column["span"]),
        "period": _span(values_by_column["period"]),
        "rule": Proration(values_by_column["rule"]),
        "credits": _uuid(values_by_column.pop("credits_id")),
    }
    return Line(**{**values_by_column, **converted})


def _span(days: Any) -> Span:
    """Return the span of a column, or of a range in JSON, such as "[2026-01-01,2026-02-01)"."""
    return days if isinstance(days, Span) else Span(*map(date.fromisoformat, days[1:-1].split(",")))


def _uuid(value: UUID | str | None) -> UUID | None:
    return UUID(value) if isinstance(value, str) else value
