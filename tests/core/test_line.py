"""A line says all that is needed to give it back, and giving it back in pieces gives back exactly the line."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from bursar.core.billing.billable import Terms
from bursar.core.billing.line import ChargeType, Line, charge, credit
from bursar.core.calendar.period import Proration, Span
from bursar.core.messages.text import Text
from bursar.core.money.price import Per
from bursar.core.money.tax import Tax

JUNE = Span(date(2026, 6, 1), date(2026, 7, 1))
LINE = UUID(int=7)
TAX = Tax(Decimal("0.20"))
SOLD = Text("Support, Team", "Support, Équipe")


def days(first: int, last: int) -> Span:
    """These days of June, the last one included."""
    return Span(date(2026, 6, first), date(2026, 6, last + 1) if last < 30 else JUNE.end)


def sold(price: int = 1000) -> Line:
    """One seat for the whole of June at 20 %."""
    return charge("support", Terms("team", 1, Decimal(price) / 100, JUNE, price), JUNE, Proration.BY_DAY, TAX, SOLD)


def discounted() -> Line:
    """Two seats of 6.00 for June, sold for 9.00 instead of 12.00."""
    return Line(
        kind="charge",
        charge_type=ChargeType.RECURRING,
        product="support",
        plan="team",
        description=SOLD,
        per=Per.SEAT,
        quantity=2,
        unit_price=Decimal("6.00"),
        span=JUNE,
        period=JUNE,
        rule=Proration.BY_DAY,
        gross=1200,
        discount=300,
        amount=900,
        tax_rate=Decimal("0.20"),
        tax=180,
        period_gross=1200,
        period_net=900,
    )


def test_a_charge_asks_for_its_days_and_keeps_the_price_of_the_whole_period() -> None:
    terms = Terms("team", 2, Decimal("6.00"), JUNE, 1200)
    assert charge("support", terms, days(21, 30), Proration.THIRTY, TAX, SOLD) == Line(
        kind="charge",
        charge_type=ChargeType.RECURRING,
        product="support",
        plan="team",
        description=SOLD,
        per=Per.SEAT,
        quantity=2,
        unit_price=Decimal("6.00"),
        span=days(21, 30),
        period=JUNE,
        rule=Proration.THIRTY,
        gross=400,
        discount=0,
        amount=400,
        tax_rate=Decimal("0.20"),
        tax=80,
        period_gross=1200,
        period_net=1200,
    )


def test_a_credit_gives_back_days_at_the_terms_of_the_line_with_its_discount_and_tax() -> None:
    assert credit(discounted(), LINE, days(21, 30)) == Line(
        kind="credit",
        charge_type=ChargeType.RECURRING,
        product="support",
        plan="team",
        description=SOLD,
        per=Per.SEAT,
        quantity=2,
        unit_price=Decimal("6.00"),
        span=days(21, 30),
        period=JUNE,
        rule=Proration.BY_DAY,
        gross=-400,
        discount=-100,
        amount=-300,
        tax_rate=Decimal("0.20"),
        tax=-60,
        period_gross=1200,
        period_net=900,
        credits=LINE,
    )


def test_a_line_given_back_in_three_pieces_gives_back_its_net_and_its_tax_to_the_cent() -> None:
    pieces = [credit(sold(), LINE, span) for span in (days(1, 10), days(11, 20), days(21, 30))]
    assert [(piece.amount, piece.tax) for piece in pieces] == [(-333, -67), (-334, -66), (-333, -67)]


def test_the_days_of_a_line_are_counted_by_its_own_rule() -> None:
    february = Span(date(2026, 2, 1), date(2026, 3, 1))
    terms = Terms("team", 1, Decimal("100.00"), february, 10000)
    rest = Span(date(2026, 2, 16), february.end)
    by_day, thirty = (charge("support", terms, rest, rule, TAX, SOLD) for rule in (Proration.BY_DAY, Proration.THIRTY))
    assert [(line.days, line.period_days, line.amount) for line in (by_day, thirty)] == [(13, 28, 4643), (15, 30, 5000)]
    for line in (by_day, thirty):
        given_back = credit(line, LINE, rest)
        assert (given_back.gross, given_back.discount, given_back.amount) == (-line.gross, 0, -line.amount)
        assert (given_back.days, given_back.period_days) == (line.days, line.period_days)
