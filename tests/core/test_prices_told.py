"""The history tells which price a change agrees, measured against the state of the day on which it counts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from account_in_memory import AccountInMemory, add, seats
from bursar.core.events.subscription import AcceptedChange, Rate
from bursar.core.subscription.subscription import NOTHING

Told = list[tuple[str, Rate | None, Rate]]


def told(life: AccountInMemory, day: str, *edits: Mapping[str, object]) -> Told:
    """The prices that the history tells of the changes of one quote."""
    before = {change.id for change in life.context.timeline.changes}
    life.do(day, *edits)
    timeline = life.context.timeline
    states = timeline.states_before()
    made = [change for change in timeline.changes if change.id not in before]
    taken = [AcceptedChange.of(change, states.get(change.id, NOTHING), "EUR") for change in made]
    return [(price.product, price.before, price.after) for one in taken for price in one.prices or ()]


def rate(amount: str, cycle: str = "monthly", per: str = "seat") -> Rate:
    return Rate(rate=Decimal(amount), per=per, cycle=cycle)


def test_what_is_new_has_a_price_and_none_before() -> None:
    life = AccountInMemory()
    assert told(life, "2026-01-01", add("support", "team", seats=2)) == [("support", None, rate("19.00"))]
    assert told(life, "2026-01-05", seats("support", 3)) == [], "more of the same cost the same"


def test_an_agreed_price_takes_the_place_of_the_one_before() -> None:
    life = AccountInMemory()
    told(life, "2026-01-01", {**add("support", "team", seats=46), "price": "1080.00"})
    agreed = {**seats("support", 46), "price": "1000.00", "on": "renewal"}
    assert told(life, "2026-01-05", agreed) == [("support", rate("1080.00"), rate("1000.00"))]


def test_a_scheduled_price_is_measured_against_the_state_of_its_own_day() -> None:
    life = AccountInMemory()
    told(life, "2026-01-01", add("support", "team", seats=2))
    told(life, "2026-01-02", {**seats("support", 2), "price": "15.00", "on": "2026-02-01"})
    keep = {"edit": "keep", "change": str(life.context.timeline.pending(date(2026, 1, 3))[0].id)}
    later = {**seats("support", 2), "price": "12.00", "on": "2026-03-01"}
    assert told(life, "2026-01-03", keep, later) == [("support", rate("15.00"), rate("12.00"))]


def test_another_cycle_has_a_price_for_each_product_that_there_is_and_for_no_other() -> None:
    life = AccountInMemory()
    told(life, "2026-01-01", add("support", "team", seats=2), add("voice", "standard", seats=1))
    changed = told(life, "2026-01-05", {"edit": "change_cycle", "cycle": "annual"})
    assert [(product, before and before.cycle, after.cycle) for product, before, after in changed] == [
        ("support", "monthly", "annual"),
        ("voice", "monthly", "annual"),
    ]
    first = AccountInMemory()
    bought = told(first, "2026-01-01", {"edit": "change_cycle", "cycle": "annual"}, add("support", "team", seats=2))
    assert bought == [("support", None, rate("190.00", "annual"))]


def test_what_is_tried_has_no_price_until_it_is_bought() -> None:
    life = AccountInMemory()
    trial = {"edit": "start_trial", "product": "support", "plan": "team", "until": "2026-01-20", "seats": 5}
    assert told(life, "2026-01-01", trial) == []
    assert told(life, "2026-01-05", add("support", "team", seats=5)) == [("support", None, rate("19.00"))]


def test_another_plan_costs_what_the_catalog_says_and_the_plan_before_what_was_agreed() -> None:
    life = AccountInMemory()
    told(life, "2026-01-01", {**add("support", "team", seats=2), "price": "17.00"})
    moved = {"edit": "change_plan", "product": "support", "plan": "growth"}
    assert told(life, "2026-01-05", moved) == [("support", rate("17.00"), rate("45.00"))]
