"""Issuing invoices and credit notes, and giving them their numbers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection
from django.db.models import Q

from bursar.accounts.queries import Customer
from bursar.columns.ids import uuid7
from bursar.core.charge import Billed, Line, covered
from bursar.core.invoice import totals
from bursar.core.invoice_content import write_parties, write_text
from bursar.invoices import models, queries


def issue(
    customer: Customer,
    lines: Sequence[Line],
    billed: Sequence[Billed],
    *,
    on: date,
    now: datetime,
    due_days: int,
    take_id: UUID | None,
) -> UUID:
    """A new document over these lines, which from now on pay for their days; it still needs `number`.

    `billed` is the coverage before, as the lines were made from it. Shape: at least one line.
    """
    sums = totals(lines)
    letterhead = queries.letterhead(customer.id, sums.kind)
    today = on if customer.sandbox else now.astimezone(letterhead.zone).date()
    invoice = models.Invoice.objects.create(
        account_id=customer.id,
        kind=sums.kind,
        series_id=letterhead.series_id,
        currency=customer.account.currency,
        on=on,
        issued_on=today,
        due_on=today + timedelta(days=due_days if sums.total > 0 else 0),
        net=sums.net,
        tax=sums.tax,
        total=sums.total,
        snapshot=write_parties(letterhead.seller, letterhead.buyer),
        take_id=take_id,
        recorded_at=now,
    )
    made = [(uuid7(), line) for line in lines]
    models.Line.objects.bulk_create(
        _row(customer.id, invoice.id, position, *one) for position, one in enumerate(made, 1)
    )
    _cover(customer.id, billed, covered(billed, made))
    return invoice.id


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


def look_again(
    account_id: UUID, *, due_at: datetime | None, billed_until: date | None, trial_until: date | None
) -> None:
    """How far an account is billed or tries, and when somebody must look at it again."""
    noted = {"due_at": due_at, "billed_until": billed_until, "trial_until": trial_until}
    models.Cursor.objects.bulk_create(
        [models.Cursor(account_id=account_id, **noted)],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=list(noted),
    )


def announced(account_id: UUID, until: date) -> bool:
    """Note that people were told ahead of the end of a period or trial, or need not be; whether nobody had noted it."""
    cursor = models.Cursor.objects.filter(Q(billed_until=until) | Q(trial_until=until), account_id=account_id)
    return bool(cursor.filter(~Q(announced_until=until) | Q(announced_until=None)).update(announced_until=until))


def _cover(account_id: UUID, before: Sequence[Billed], after: Sequence[Billed]) -> None:
    """Write the coverage that lines have changed: first what they cut, then what they pay for."""
    stood, stands = set(before), set(after)
    cut = [Q(line_id=one.line_id, span=one.span) for one in stood - stands]
    if cut:
        models.Coverage.objects.filter(reduce(or_, cut), account_id=account_id).delete()
    models.Coverage.objects.bulk_create(
        models.Coverage(account_id=account_id, item=one.item, span=one.span, line_id=one.line_id)
        for one in after
        if one not in stood
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
