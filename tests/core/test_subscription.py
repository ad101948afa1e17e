"""What an account has is folded from its changes, day by day and in their order."""

from datetime import date
from uuid import UUID

import pytest

from account_in_memory import AccountInMemory, add, remove, seats
from bursar.core.policy.policy import State
from bursar.core.subscription.edit import AddProduct, ChangePlan, Edit, RemoveProduct, SetSeats, SetUnits
from bursar.core.subscription.subscription import NOTHING, Change
from bursar.core.subscription.timeline import Timeline

DAY = date(2026, 1, 5)


def change(edit: Edit, position: int = 1) -> Change:
    return Change(
        id=UUID(int=position),
        position=position,
        order=UUID(int=position),
        edit=edit,
        capability="",
        effective_on=DAY,
        ordered_on=DAY,
    )


def test_a_change_to_what_is_no_longer_there_changes_nothing() -> None:
    added = change(AddProduct(product="support", plan="team", seats=3))
    [alone] = Timeline.of(NOTHING, (added,)).phases
    for edit in (
        SetSeats(product="chat", seats=5),
        SetUnits(product="chat", units=5),
        ChangePlan(product="chat", plan="advanced"),
        RemoveProduct(product="chat"),
    ):
        [phase] = Timeline.of(NOTHING, (added, change(edit, 2))).phases
        assert phase.state == alone.state


def test_an_account_that_never_had_a_base_product_does_not_end_for_want_of_one() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("chat", "standard", seats=2), add("analytics", "essential", seats=1))
    assert life.state("2026-01-01").account_state is State.ACTIVE
    life.do("2026-01-05", remove("analytics"))
    assert life.state("2026-02-01").account_state is State.ACTIVE
    assert list(life.state("2026-02-01").items) == ["chat"]


def test_an_account_ends_with_the_last_of_its_base_products() -> None:
    life = AccountInMemory()
    life.do(
        "2026-01-01", add("support", "team", seats=2), add("suite", "growth", seats=1), add("chat", "standard", seats=1)
    )
    life.do("2026-01-05", remove("support", on="now"))
    assert life.state("2026-01-05").account_state is State.ACTIVE
    life.do("2026-01-06", remove("suite", on="now"))
    assert (life.state("2026-01-06").account_state, dict(life.state("2026-01-06").items)) == (State.CANCELLED, {})


def test_every_change_taken_has_an_id_of_its_own_and_the_next_position() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=2), add("chat", "standard", seats=1))
    life.do("2026-01-05", seats("support", 3))
    made = life.context.timeline.changes
    assert [one.position for one in made] == [1, 2, 3]
    assert [one.id.int for one in made] == sorted({one.id.int for one in made})
    assert min(one.id.int for one in made) >= 1000


@pytest.mark.parametrize(
    ("deeds", "account_state"), [(["suspend"], State.SUSPENDED), (["suspend", "resume"], State.ACTIVE)]
)
def test_an_account_stands_as_its_state_of_the_day_says(deeds: list[str], account_state: State) -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=2))
    for number, deed in enumerate(deeds, 5):
        life.do(f"2026-01-0{number}", {"edit": deed})
    assert life.context.account.state is account_state
