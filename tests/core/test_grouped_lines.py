"""People read more or fewer of the same as one line, and everything else as the books keep it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from bursar.core.billing.billable import Terms
from bursar.core.billing.grouped_lines import grouped
from bursar.core.billing.invoice import Totals
from bursar.core.billing.line import ChargeType, Line, charge, credit
from bursar.core.calendar.period import Proration, Span
from bursar.core.messages.text import Text
from bursar.core.money.price import Per
from bursar.core.money.tax import Tax

JUNE = Span(date(2026, 6, 1), date(2026, 7, 1))
REST = Span(date(2026, 6, 16), JUNE.end)
TAX = Tax(Decimal("0.20"))


def sold(quantity: int, span: Span = JUNE, product: str = "support", per: Per = Per.SEAT) -> Line:
    """Seats at 10.00 each, or what else is counted."""
    terms = Terms("team", quantity, Decimal("10.00"), JUNE, quantity * 1000, per)
    return charge(product, terms, span, Proration.BY_DAY, TAX, Text(product))


def given_back(quantity: int, span: Span = REST, product: str = "support", per: Per = Per.SEAT) -> Line:
    line = sold(quantity, product=product, per=per)
    return credit(line, UUID(int=quantity), span)


def read(*lines: Line) -> list[tuple[str, int, int]]:
    return [(one.kind, one.quantity, one.totals.net) for one in grouped(lines)]


def test_more_or_fewer_at_the_same_rate_for_the_same_days_is_one_line() -> None:
    assert read(given_back(30), sold(33, REST)) == [("more", 3, 1500)]
    assert read(given_back(33), sold(30, REST)) == [("fewer", 3, -1500)]
    assert read(sold(33, REST), given_back(30)) == [("more", 3, 1500)]
    [line] = grouped((given_back(30), sold(33, REST)))
    assert line.line == sold(33, REST) and line.totals == Totals(1500, 300)


def test_what_stands_alone_is_read_as_it_is() -> None:
    assert read(given_back(30)) == [("credit", 30, -15000)]
    assert read(sold(30)) == [("charge", 30, 30000)]
    assert read() == []


@pytest.mark.parametrize(
    "other",
    [
        {"unit_price": Decimal("9.00")},
        {"span": JUNE},
        {"plan": "growth"},
        {"product": "chat"},
        {"per": Per.UNIT},
        {"tax_rate": Decimal("0.10")},
        {"rule": Proration.THIRTY},
        {"period": REST},
        {"charge_type": ChargeType.USAGE},
        {"quantity": 30},
        {"kind": "credit"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_lines_that_differ_in_more_than_their_quantity_stay_two(other: dict[str, object]) -> None:
    lines = (given_back(30), replace(sold(33, REST), **other))  # type: ignore[arg-type]
    assert [one.booked for one in grouped(lines)] == [(lines[0],), (lines[1],)]


def test_each_line_is_read_once_and_stands_where_its_first_part_stood() -> None:
    lines = (
        given_back(30),
        given_back(5, product="chat"),
        sold(2, product="voice"),
        sold(33, REST),
        sold(4, REST, "chat"),
    )
    found = grouped(lines)
    assert [(one.line.product, one.kind, one.quantity) for one in found] == [
        ("support", "more", 3),
        ("chat", "fewer", 1),
        ("voice", "charge", 2),
    ]
    assert sorted(map(id, (line for one in found for line in one.booked))) == sorted(map(id, lines))
    assert sum(one.totals.total for one in found) == sum(line.amount + line.tax for line in lines)
