"""Charges cover days and credits uncover them; however an account lives, its lines add up to what was agreed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from account_in_memory import AccountInMemory, add, plan, seats
from bursar.core.billing.billable import Terms
from bursar.core.billing.coverage import Billed, covered
from bursar.core.billing.line import ChargeType, Line, charge, credit
from bursar.core.calendar.period import Proration, Span
from bursar.core.messages.text import Text
from bursar.core.money.tax import Tax
from bursar.core.subscription.subscription import NOTHING
from bursar.core.subscription.timeline import Timeline

START = date(2026, 1, 31)
PLANS = ("team", "growth", "professional", "enterprise")
DEEDS = st.one_of(
    st.integers(1, 40).map(lambda number: seats("support", number)),
    st.sampled_from(PLANS).map(lambda to: plan("support", to)),
    st.integers(1, 40).map(lambda number: seats("support", number, on="now")),
)


def lived(deeds: list[tuple[int, dict[str, Any]]]) -> AccountInMemory:
    """A month with deeds on its days; what collides with something scheduled undoes it."""
    life = AccountInMemory(tax="0.055")
    life.do(START.isoformat(), add("support", "growth", seats=10))
    for day, deed in sorted(deeds, key=lambda deed: deed[0]):
        on = START + timedelta(day)
        scheduled = [
            {"edit": "undo", "change": str(change.id)}
            for change in life.context.timeline.changes
            if change.effective_on > on
            and type(change.edit) is type(life.read(deed)[0])
            and change.id not in {other.undoes for other in life.context.timeline.changes}
        ]
        life.do(on.isoformat(), deed, *scheduled)
    return life


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 27), DEEDS), max_size=6))
def test_credits_never_exceed_what_was_billed_and_every_day_is_paid_once(deeds: list[tuple[int, Any]]) -> None:
    life = lived(deeds)
    for line_id, line in life.charges.items():
        given_back = [credit for credit in life.credits if credit.credits == line_id]
        for part in ("gross", "amount", "tax"):
            assert 0 <= -sum(getattr(one, part) for one in given_back) <= getattr(line, part)
        if given_back and sum(one.span.days for one in given_back) == line.span.days:
            assert -sum(one.tax for one in given_back) == line.tax
            assert -sum(one.amount for one in given_back) == line.amount
    covered = sorted((one.span.start, one.span.end) for one in life.context.billed)
    assert covered[0][0] == START
    assert covered[-1][1] == date(2026, 2, 28)
    assert all(one[1] == other[0] for one, other in pairwise(covered))


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 27), DEEDS), max_size=5))
def test_billing_again_finds_nothing(deeds: list[tuple[int, Any]]) -> None:
    life = lived(deeds)
    day = (START + timedelta(27)).isoformat()
    assert life.renew(day) == ()
    life.renew("2026-02-28")
    assert life.renew("2026-02-28") == ()


@settings(max_examples=60)
@given(st.lists(st.integers(11, 400), min_size=1, max_size=6, unique=True))
def test_growing_step_by_step_costs_what_the_days_cost(steps: list[int]) -> None:
    life = AccountInMemory()
    life.do(START.isoformat(), add("support", "growth", seats=10))
    for number, quantity in enumerate(sorted(steps), 1):
        life.do((START + timedelta(number)).isoformat(), seats("support", quantity))
    paid = sum(line.amount for line in (*life.charges.values(), *life.credits))
    exact = sum(4500 * q for q in [10, *sorted(steps)[:-1]]) / 28 + 4500 * sorted(steps)[-1] * (28 - len(steps)) / 28
    assert abs(paid - exact) <= len(life.charges) + len(life.credits)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 27), DEEDS), max_size=5), st.randoms(use_true_random=False))
def test_a_state_is_folded_by_day_and_position_alone(deeds: list[tuple[int, Any]], random: Any) -> None:
    changes = list(lived(deeds).context.timeline.changes)
    expected = Timeline.of(NOTHING, changes).phases
    random.shuffle(changes)
    assert Timeline.of(NOTHING, changes).phases == expected


JUNE = Span(date(2026, 6, 1), date(2026, 7, 1))
LINE = UUID(int=7)


def days(first: int, last: int) -> Span:
    """These days of June, the last one included."""
    return Span(date(2026, 6, first), date(2026, 6, last + 1) if last < 30 else JUNE.end)


def sold(price: int = 1000) -> Line:
    """One seat for the whole of June at 20 %."""
    terms = Terms("team", 1, Decimal(price) / 100, JUNE, price)
    return charge("support", terms, JUNE, Proration.BY_DAY, Tax(Decimal("0.20")), Text("Support, Team"))


def test_a_charge_covers_its_days_and_a_credit_uncovers_them() -> None:
    line = sold()
    paid = covered((), [(LINE, line)])
    assert paid == (Billed("support", JUNE, LINE, line),)
    left = covered(paid, [(UUID(int=8), credit(sold(), LINE, days(11, 20)))])
    assert left == (Billed("support", days(1, 10), LINE, line), Billed("support", days(21, 30), LINE, line))


def test_a_credit_of_one_line_leaves_what_other_lines_cover() -> None:
    ours, theirs = Billed("support", JUNE, LINE, sold()), Billed("chat", JUNE, UUID(int=8), sold(500))
    assert covered((theirs, ours), [(UUID(int=9), credit(ours.line, LINE, JUNE))]) == (theirs,)


def test_days_that_no_line_pays_for_cannot_be_given_back() -> None:
    half = Billed("support", days(1, 15), LINE, sold())
    for span in (days(16, 30), days(10, 20)):
        with pytest.raises(ValueError, match="nothing pays for support"):
            covered((half,), [(UUID(int=8), credit(half.line, LINE, span))])
    with pytest.raises(ValueError, match="nothing pays"):
        covered((), [(UUID(int=8), credit(half.line, LINE, days(1, 5)))])


def test_only_recurring_lines_cover_days_and_credits_of_others_uncover_none() -> None:
    paid = covered((), [(LINE, sold())])
    for charge_type in (ChargeType.ONE_OFF, ChargeType.USAGE):
        other = replace(sold(), charge_type=charge_type)
        assert covered(paid, [(UUID(int=8), other)]) == paid
        given_back = replace(credit(sold(), LINE, days(1, 10)), charge_type=charge_type, credits=UUID(int=8))
        assert covered(paid, [(UUID(int=9), given_back)]) == paid
