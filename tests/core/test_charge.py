"""However an account lives, what is billed adds up to what was agreed."""

from datetime import date, timedelta
from itertools import pairwise, permutations
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from account_in_memory import AccountInMemory, add, plan, seats
from bursar.core.policy.policy import Outcome
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


def test_the_order_in_which_changes_are_read_does_not_matter() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "growth", seats=10))
    life.do("2026-01-05", seats("support", 8))
    life.do("2026-01-06", plan("support", "team"))
    life.do("2026-01-07", add("chat", "standard", seats=2))
    expected = life.context.timeline.phases
    for order in permutations(life.context.timeline.changes):
        assert Timeline.of(NOTHING, order).phases == expected


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 27), DEEDS), max_size=5), st.randoms(use_true_random=False))
def test_a_state_is_folded_by_day_and_position_alone(deeds: list[tuple[int, Any]], random: Any) -> None:
    changes = list(lived(deeds).context.timeline.changes)
    expected = Timeline.of(NOTHING, changes).phases
    random.shuffle(changes)
    assert Timeline.of(NOTHING, changes).phases == expected


def test_folding_on_from_a_checkpoint_is_folding_from_the_beginning() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "growth", seats=10))
    life.do("2026-01-05", seats("support", 8))
    life.renew("2026-02-01")
    from_the_beginning = life.ask("2026-02-10", seats("support", 12))
    life.from_checkpoint("2026-02-01")
    assert life.ask("2026-02-10", seats("support", 12)) == from_the_beginning
    assert from_the_beginning.outcome is Outcome.ALLOWED


def test_an_undone_change_never_counts() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "growth", seats=10))
    life.do("2026-01-05", seats("support", 8))
    scheduled = life.context.timeline.changes[-1]
    life.do("2026-01-06", {"edit": "undo", "change": str(scheduled.id)})
    assert life.state("2026-03-01").items["support"].quantity == 10
    assert life.context.timeline.changes[-1].undoes == scheduled.id != UUID(int=0)
