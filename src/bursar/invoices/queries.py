"""What was invoiced, and which days it pays for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from bursar.accounts.queries import NotFound
from bursar.columns.statement import select, select_one
from bursar.core.charge import Billed, Line
from bursar.core.invoice import Kind, Totals
from bursar.core.period import Proration, Span
from bursar.core.problem import phrase
from bursar.invoices import models


@dataclass(frozen=True, slots=True)
class Document:
    """An issued invoice or credit note; the snapshot holds what it says of seller and customer."""

    id: UUID
    kind: str
    number: str
    currency: str
    on: date
    issued_on: date
    due_on: date
    totals: Totals
    snapshot: dict[str, Any]
    take_id: UUID | None
    lines: tuple[tuple[UUID, Line], ...]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The series that a document is numbered in, the zone of its seller, and what it says of seller and customer."""

    series_id: UUID
    zone: ZoneInfo
    snapshot: dict[str, Any]


def billed(account_id: UUID, since: date | None) -> tuple[Billed, ...]:
    """Which lines pay for which days of each item, where that reaches beyond a day."""
    rows = select(_BILLED, account=account_id, since=since)
    return tuple(Billed(item, _span(span), line_id, _line(*line)) for item, span, line_id, *line in rows)


def documents(
    account_id: UUID, *, before: UUID | None = None, limit: int, among: Collection[UUID] | None = None
) -> list[Document]:
    """The newest invoices and credit notes first, those before a given one; only some of them if `among` names them."""
    wanted = {"id__lt": before, "id__in": among}
    given = {name: value for name, value in wanted.items() if value is not None}
    rows = models.Invoice.objects.filter(account_id=account_id, **given)
    return _documents(account_id, list(rows.select_related("series").order_by("-id")[:limit]))


def document(account_id: UUID, invoice_id: UUID) -> Document:
    """One invoice or credit note. Errors: NotFound."""
    rows = models.Invoice.objects.filter(account_id=account_id, pk=invoice_id).select_related("series")
    found = _documents(account_id, list(rows))
    if not found:
        raise NotFound(what=phrase("invoice"))
    return found[0]


def of_take(account_id: UUID, take_id: UUID) -> Document | None:
    """The invoice or credit note that a taking made, if it made one."""
    rows = models.Invoice.objects.filter(account_id=account_id, take_id=take_id).select_related("series")
    return next(iter(_documents(account_id, list(rows))), None)


def letterhead(account_id: UUID, kind: Kind) -> Letterhead:
    """What a new document of the account begins with."""
    found = select_one(_LETTERHEAD, account=account_id, kind=kind)
    assert found is not None
    series_id, zone, seller, sold_to, bill_to, vat_id, purchase_order, recipients = found
    details = {"sold_to": sold_to, "bill_to": bill_to, "vat_id": vat_id, "purchase_order": purchase_order}
    return Letterhead(series_id, ZoneInfo(zone), {"seller": seller, **details, "recipients": recipients})


def due_accounts(now: datetime, limit: int) -> list[UUID]:
    """Accounts on the real clock that somebody must look at by now, the longest waiting first."""
    rows = models.Cursor.objects.filter(due_at__lte=now, account__sandbox=False).order_by("due_at")
    return list(rows.values_list("account_id", flat=True)[:limit])


def ending_periods(now: datetime, days: int, limit: int) -> list[UUID]:
    """Accounts on the real clock whose billing period ends within so many days, of which nobody was told ahead."""
    return _ending("billed_until", now, days, limit)


def ending_trials(now: datetime, days: int, limit: int) -> list[UUID]:
    """Accounts on the real clock whose trial ends within so many days, of which nobody was told ahead."""
    return _ending("trial_until", now, days, limit)


def _ending(what: str, now: datetime, days: int, limit: int) -> list[UUID]:
    horizon = now.date() + timedelta(days=days + 1)
    found = select(_ENDING.format(what=what), now=now, days=days, horizon=horizon, limit=limit)
    return [account for (account,) in found]


def read_row(row: models.Line) -> Line:
    """The line that a row holds."""
    return _line(*_COLUMNS(row))


def _documents(account_id: UUID, rows: Iterable[models.Invoice]) -> list[Document]:
    rows = list(rows)
    lines: dict[UUID, list[tuple[UUID, Line]]] = {row.id: [] for row in rows}
    for line in models.Line.objects.filter(account_id=account_id, invoice_id__in=lines).order_by("position"):
        lines[line.invoice_id].append((line.id, read_row(line)))
    return [
        Document(
            id=row.id,
            kind=row.kind,
            number=f"{row.series.prefix}{row.number:06d}",
            currency=row.currency,
            on=row.on,
            issued_on=row.issued_on,
            due_on=row.due_on,
            totals=Totals(row.net, row.tax),
            snapshot=row.snapshot,
            take_id=row.take_id,
            lines=tuple(lines[row.id]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class CursorRow:
    """How far an account is billed or tries, and when somebody must look at it again."""

    due_at: datetime | None
    billed_until: date | None
    trial_until: date | None


_ENDING: Final = """
SELECT c.account_id FROM invoices_cursor c JOIN accounts_account a ON a.id = c.account_id
WHERE c.{what} <= %(horizon)s AND c.announced_until IS DISTINCT FROM c.{what} AND NOT a.sandbox
    AND c.{what} <= (%(now)s AT TIME ZONE a.time_zone)::date + %(days)s
ORDER BY c.{what} LIMIT %(limit)s
"""
_LETTERHEAD: Final = """
SELECT s.id, l.time_zone, json_build_object('name', l.name, 'country', l.country),
    d.sold_to::json, d.bill_to::json, d.vat_id, d.purchase_order, d.recipients::json
FROM accounts_account a
JOIN accounts_seller l ON l.id = a.seller_id
JOIN accounts_billingdetails d ON d.account_id = a.id
JOIN invoices_series s ON s.seller_id = l.id AND s.kind = %(kind)s
    AND s.mode = CASE WHEN a.sandbox THEN 'sandbox' ELSE 'live' END
WHERE a.id = %(account)s
"""
_LINE: Final = (
    *("kind", "product", "plan", "quantity", "unit_price", "span", "period", "rule", "gross", "discount", "amount"),
    *("tax_rate", "tax", "period_gross", "period_net", "credits_id"),
)
_COLUMNS: Final = attrgetter(*_LINE)
_BILLED: Final = f"""
SELECT c.item, c.span, c.line_id, {", ".join(f"l.{column}" for column in _LINE)}
FROM invoices_coverage c JOIN invoices_line l ON l.account_id = c.account_id AND l.id = c.line_id
WHERE c.account_id = %(account)s AND (%(since)s::date IS NULL OR upper(c.span) > %(since)s)
ORDER BY c.item, c.span
"""


def _line(
    kind: str,
    product: str,
    plan: str,
    quantity: int,
    unit_price: Decimal,
    span: Any,
    period: Any,
    rule: str,
    *sums: Any,
) -> Line:
    gross, discount, amount, tax_rate, tax, period_gross, period_net, credited = sums
    return Line(
        kind="charge" if kind == "charge" else "credit",
        product=product,
        plan=plan,
        quantity=quantity,
        unit_price=unit_price,
        span=_span(span),
        period=_span(period),
        rule=Proration(rule),
        gross=gross,
        discount=discount,
        amount=amount,
        tax_rate=tax_rate,
        tax=tax,
        period_gross=period_gross,
        period_net=period_net,
        credits=credited,
    )


def _span(days: Any) -> Span:
    """The span of a column, or of the range that the database gives."""
    return days if isinstance(days, Span) else Span(days.lower, days.upper)
