"""Issue invoices and credit notes, number them, and keep coverage and billing schedules."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from bursar.accounts.queries import Customer
from bursar.columns.ids import uuid7
from bursar.columns.insert import insert_together
from bursar.columns.statement import columns_of, execute, select
from bursar.core.billing.coverage import Billed
from bursar.core.billing.invoice import totals
from bursar.core.billing.invoice_content import write_parties
from bursar.core.billing.line import Line
from bursar.core.messages.text import write_text
from bursar.core.ordering.transition import NewInvoice
from bursar.invoices import models, queries
from bursar.invoices.queries import Letterhead, ScheduleRow
from bursar.invoices.relations import PRINTED


def issue(new: Sequence[tuple[Customer, date, NewInvoice]], *, now: datetime) -> None:
    """Issue documents; each still needs `number`. Shape: the account, its day, and the document."""
    if not new:
        return
    letterheads = queries.letterheads({customer.id for customer, _, _ in new})
    insert_together(
        [_document(customer, on, invoice, letterheads[customer.id], now) for customer, on, invoice in new],
        [
            _row(customer.id, invoice.id, position, line_id, line)
            for customer, _, invoice in new
            for position, (line_id, line) in enumerate(invoice.lines, 1)
        ],
    )


def cover(turned: Mapping[UUID, tuple[Sequence[Billed], Sequence[Billed]]]) -> None:
    """Write coverage where it has changed: remove the spans that were cut, then insert the new ones.

    Shape: by account, the billed days before, as they were read under its lock, and after.
    """
    cut, paid = list[tuple[UUID, Billed]](), list[tuple[UUID, Billed]]()
    for account_id, (before, after) in turned.items():
        set_before, set_after = set(before), set(after)
        cut += [(account_id, covered) for covered in before if covered not in set_after]
        paid += [(account_id, covered) for covered in after if covered not in set_before]
    if cut or paid:
        gone = ((account_id, covered.line_id, covered.span.start) for account_id, covered in cut)
        new = (
            (uuid7(), account_id, covered.item, covered.span.start, covered.span.end, covered.line_id)
            for account_id, covered in paid
        )
        execute(_COVER, **columns_of(gone, *_CUT), **columns_of(new, *_PAID))


_CUT: Final = ("accounts", "lines", "starts")
_PAID: Final = ("id", "account_id", "item", "start", "until", "line_id")
# The database refuses overlapping days row by row, at the insertion. The condition at the end makes it delete the cut
# rows before.
_COVER: Final = """
WITH cut AS (
    DELETE FROM invoices_coverage c
    USING unnest(%(accounts)s::uuid[], %(lines)s::uuid[], %(starts)s::date[]) AS cut (account_id, line_id, start)
    WHERE c.account_id = cut.account_id AND c.line_id = cut.line_id AND lower(c.span) = cut.start RETURNING c.id
)
INSERT INTO invoices_coverage (id, account_id, item, span, line_id)
SELECT id, account_id, item, daterange(start, until), line_id
FROM unnest(
    %(id)s::uuid[], %(account_id)s::uuid[], %(item)s::text[], %(start)s::date[], %(until)s::date[], %(line_id)s::uuid[]
) AS paid (id, account_id, item, start, until, line_id)
WHERE (SELECT count(*) FROM cut) >= 0
"""


def number(*invoice_ids: UUID) -> dict[UUID, str]:
    """Give documents the next numbers of their series, as the last step of a transaction; return the numbers.

    They are numbered in the order of their days. The series stays locked until the transaction ends, for all accounts
    of the seller, so nothing slow comes after it.
    """
    return dict(select(_NUMBER, ids=list(invoice_ids))) if invoice_ids else {}


_NUMBER: Final = f"""
WITH wanted AS (
    SELECT id, series_id, row_number() OVER (PARTITION BY series_id ORDER BY "on", id) AS place
    FROM invoices_invoice WHERE id = ANY(%(ids)s)
), moved AS (
    UPDATE invoices_series s SET next = next + counted.many
    FROM (SELECT series_id, count(*) AS many FROM wanted GROUP BY series_id ORDER BY series_id) counted
    WHERE s.id = counted.series_id RETURNING s.id, s.prefix, s.next - counted.many AS first
)
UPDATE invoices_invoice i SET number = s.first + wanted.place - 1
FROM wanted JOIN moved s ON s.id = wanted.series_id WHERE i.id = wanted.id
RETURNING i.id, {PRINTED}
"""


def reschedule(schedules: Mapping[UUID, ScheduleRow]) -> None:
    """Write the billing schedules of accounts."""
    models.BillingSchedule.objects.bulk_create(
        [models.BillingSchedule(account_id=account_id, **asdict(row)) for account_id, row in schedules.items()],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["due_at", "billed_until", "trial_until"],
    )


def announced(ends: Mapping[UUID, date]) -> set[UUID]:
    """Mark the ends of periods or trials as announced; return the accounts where that was not marked before."""
    return (
        {account_id for (account_id,) in select(_ANNOUNCE, **columns_of(ends.items(), "accounts", "ends"))}
        if ends
        else set()
    )


_ANNOUNCE: Final = """
UPDATE invoices_billingschedule c SET announced_until = e."end"
FROM unnest(%(accounts)s::uuid[], %(ends)s::date[]) AS e (account_id, "end")
WHERE c.account_id = e.account_id AND c.announced_until IS DISTINCT FROM e."end"
RETURNING c.account_id
"""


def _document(
    customer: Customer, on: date, invoice: NewInvoice, letterhead: Letterhead, now: datetime
) -> models.Invoice:
    sums = totals([line for _, line in invoice.lines])
    today = on if customer.sandbox else now.astimezone(letterhead.zone).date()
    return models.Invoice(
        id=invoice.id,
        account_id=customer.id,
        kind=sums.kind,
        series_id=letterhead.series[sums.kind],
        currency=customer.account.currency,
        on=on,
        issued_on=today,
        due_on=today + timedelta(days=invoice.due_days if sums.total > 0 else 0),
        net=sums.net,
        tax=sums.tax,
        total=sums.total,
        snapshot=write_parties(letterhead.seller, letterhead.buyer),
        order_id=invoice.order_id,
        recorded_at=now,
    )


def _row(account_id: UUID, invoice_id: UUID, position: int, line_id: UUID, line: Line) -> models.Line:
    return models.Line(
        id=line_id,
        account_id=account_id,
        invoice_id=invoice_id,
        position=position,
        kind=line.kind,
        charge_type=line.charge_type.value,
        product=line.product,
        plan=line.plan,
        description=write_text(line.description),
        per=line.per.value,
        quantity=line.quantity,
        unit_price=line.unit_price,
        span=line.span,
        period=line.period,
        rule=line.rule.value,
        gross=line.gross,
        discount=line.discount,
        amount=line.amount,
        tax_rate=line.tax_rate,
        tax=line.tax,
        period_gross=line.period_gross,
        period_net=line.period_net,
        credits_id=line.credits,
    )
