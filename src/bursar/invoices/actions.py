"""Issuing invoices and credit notes, and giving them their numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection
from django.db.models import Q

from bursar.accounts.queries import Customer
from bursar.core.charge import Billed, Line
from bursar.core.invoice import totals
from bursar.core.invoice_content import write_parties, write_text
from bursar.core.transition import NewInvoice
from bursar.invoices import models, queries
from bursar.invoices.queries import CursorRow, Letterhead


def issue(made: Sequence[tuple[Customer, date, NewInvoice]], *, now: datetime) -> None:
    """Issue documents; each still needs `number`. Shape: the account, its day, and the document."""
    if not made:
        return
    letterheads = queries.letterheads({customer.id for customer, _, _ in made})
    models.Invoice.objects.bulk_create(
        _document(customer, on, invoice, letterheads[customer.id], now) for customer, on, invoice in made
    )
    models.Line.objects.bulk_create(
        _row(customer.id, invoice.id, position, line_id, line)
        for customer, _, invoice in made
        for position, (line_id, line) in enumerate(invoice.lines, 1)
    )


def cover(turned: Mapping[UUID, tuple[Sequence[Billed], Sequence[Billed]]]) -> None:
    """Write which lines pay for which days, where that has changed: first what is cut, then what is paid for.

    Shape: by account, the billed days before, as they were read under its lock, and after.
    """
    cut, paid = list[tuple[UUID, Billed]](), list[tuple[UUID, Billed]]()
    for account_id, (before, after) in turned.items():
        stood, stands = set(before), set(after)
        cut += [(account_id, one) for one in before if one not in stands]
        paid += [(account_id, one) for one in after if one not in stood]
    if cut:
        these = [Q(account_id=account_id, line_id=one.line_id, span=one.span) for account_id, one in cut]
        models.Coverage.objects.filter(reduce(or_, these)).delete()
    models.Coverage.objects.bulk_create(
        models.Coverage(account_id=account_id, item=one.item, span=one.span, line_id=one.line_id)
        for account_id, one in paid
    )


def number(*invoice_ids: UUID) -> None:
    """Give documents the next numbers of their series; the last thing that a transaction does.

    Whoever numbers holds the series until the transaction ends, so nothing slow comes after it.
    """
    if not invoice_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, {"ids": list(invoice_ids)})


_NUMBER = """
WITH wanted AS (
    SELECT id, series_id, row_number() OVER (PARTITION BY series_id ORDER BY id) AS place
    FROM invoices_invoice WHERE id = ANY(%(ids)s)
), moved AS (
    UPDATE invoices_series s SET next = next + counted.many
    FROM (SELECT series_id, count(*) AS many FROM wanted GROUP BY series_id ORDER BY series_id) counted
    WHERE s.id = counted.series_id RETURNING s.id, s.next - counted.many AS first
)
UPDATE invoices_invoice i SET number = moved.first + wanted.place - 1
FROM wanted JOIN moved ON moved.id = wanted.series_id WHERE i.id = wanted.id
"""


def look_again(coming: Mapping[UUID, CursorRow]) -> None:
    """Note how far accounts are billed or try, and when somebody must look at them again."""
    models.Cursor.objects.bulk_create(
        [models.Cursor(account_id=account_id, **asdict(row)) for account_id, row in coming.items()],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["due_at", "billed_until", "trial_until"],
    )


def announced(account_id: UUID, until: date) -> bool:
    """Note that people were told ahead of the end of a period or trial, or need not be; whether nobody had noted it."""
    cursor = models.Cursor.objects.filter(Q(billed_until=until) | Q(trial_until=until), account_id=account_id)
    return bool(cursor.filter(~Q(announced_until=until) | Q(announced_until=None)).update(announced_until=until))


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
        take_id=invoice.order_id,
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
