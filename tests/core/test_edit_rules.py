"""What an edit means: which capability it needs, when it counts, what it collides with and which prices it agrees."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from account_in_memory import CATALOG, POLICY, AccountInMemory, add, cycle, plan, seats
from bursar.core.calendar.cycle import MONTHLY, Calendar
from bursar.core.calendar.timing import Timing
from bursar.core.ordering.conflicts import Contradiction, PendingChange
from bursar.core.subscription.catalog import Catalog, Plan, UnknownCycle
from bursar.core.subscription.edit import Cancel
from bursar.core.subscription.edit_rules import TooFarBack, effective_on
from bursar.core.subscription.measure import CountedAsAWhole, CountedInSeats, CountedInUnits, SeatsNeeded
from bursar.core.subscription.subscription import Subscription
from bursar.core.subscription.timeline import Timeline


def lived(**first: object) -> AccountInMemory:
    """Ten seats in the lowest plan, monthly since 1 January 2026."""
    life = AccountInMemory()
    life.do("2026-01-01", {**add("support", "team", seats=10), **first})
    return life


def selling(plans: Callable[[tuple[Plan, ...]], tuple[Plan, ...]]) -> Catalog:
    """The demo's catalog in its next version, with other plans of support."""
    products = tuple(
        replace(product, plans=plans(product.plans)) if product.code == "support" else product
        for product in CATALOG.products
    )
    return Catalog(2, products, CATALOG.own_cycles)


def needed(life: AccountInMemory, on: str, edit: Mapping[str, object]) -> str:
    return life.ask(on, edit).edits[0].decision.capability


def test_another_price_for_the_present_plan_is_agreed_as_an_upgrade_and_counts_at_once() -> None:
    life = lived()
    again = plan("support", "team", price="12.00")
    assert needed(life, "2026-01-22", again) == "upgrade_plan"
    answer = life.do("2026-01-22", again)
    assert [(line.unit_price, line.days) for line in answer.lines] == [(Decimal("19.00"), 10), (Decimal("12.00"), 10)]


def test_plans_are_ranked_as_they_are_sold_today() -> None:
    life = lived(plan="growth")
    assert needed(life, "2026-01-05", plan("support", "team")) == "downgrade_plan"
    life.context = replace(life.context, catalog=selling(lambda plans: tuple(reversed(plans))))
    assert needed(life, "2026-01-05", plan("support", "team")) == "upgrade_plan"
    assert needed(life, "2026-01-05", plan("support", "professional")) == "downgrade_plan"


def test_a_plan_that_is_no_longer_sold_keeps_the_rank_it_was_agreed_at() -> None:
    life = lived(plan="growth")
    life.context = replace(life.context, catalog=selling(lambda plans: (plans[0], *plans[2:])))
    assert needed(life, "2026-01-05", plan("support", "team")) == "downgrade_plan"
    assert needed(life, "2026-01-05", plan("support", "professional")) == "upgrade_plan"
    assert needed(life, "2026-01-05", plan("support", "enterprise")) == "upgrade_plan"


def test_changes_of_two_products_or_of_different_things_are_no_contradiction() -> None:
    life = lived()
    life.do("2026-01-02", add("suite", "growth", seats=1), add("voice", "standard", seats=1))
    for edits in (
        (plan("support", "growth"), plan("suite", "professional")),
        (plan("support", "growth"), seats("support", 12)),
        (seats("support", 12), seats("suite", 2)),
        (cycle("annual"), {"edit": "suspend"}),
        (cycle("annual"), seats("support", 12)),
    ):
        assert len(life.ask("2026-01-05", *edits).changes) == 2


def test_a_thing_is_changed_once_in_a_list() -> None:
    life = lived()
    for edits in (
        (plan("support", "growth"), plan("support", "professional")),
        (cycle("annual"), cycle("annual_monthly")),
        ({"edit": "suspend"}, {"edit": "resume"}),
        ({"edit": "cancel"}, cycle("annual")),
        (cycle("annual"), {"edit": "cancel"}),
    ):
        with pytest.raises(Contradiction):
            life.ask("2026-01-05", *edits)


def test_an_account_that_is_to_end_can_be_suspended_and_change_its_cycle_and_is_cancelled_once() -> None:
    life = lived()
    life.do("2026-01-05", {"edit": "cancel"})
    for other in ({"edit": "suspend"}, cycle("annual", on="now"), seats("support", 12)):
        assert life.ask("2026-01-06", other).changes
    with pytest.raises(PendingChange) as caught:
        life.ask("2026-01-06", {"edit": "cancel"})
    assert caught.value.params["changes"] == (life.change(Cancel),)


def test_a_price_is_agreed_with_the_catalog_version_the_rank_and_the_measure_of_its_day() -> None:
    life = lived(plan="growth")
    [agreed_price] = life.context.timeline.changes[0].agreed_prices
    assert (agreed_price.product, agreed_price.plan, agreed_price.cycle, agreed_price.rate) == (
        "support",
        "growth",
        "monthly",
        Decimal("45.00"),
    )
    assert (agreed_price.catalog_version, agreed_price.base, agreed_price.rank, agreed_price.per) == (
        1,
        True,
        1,
        "seat",
    )
    life.context = replace(life.context, catalog=selling(lambda plans: plans))
    life.do("2026-01-05", add("chat", "standard", seats=1))
    [later] = life.context.timeline.changes[-1].agreed_prices
    assert (later.catalog_version, later.base, later.rank) == (2, False, 0)


def test_what_stays_as_it_is_is_left_out_unless_its_price_is_agreed_anew() -> None:
    life = lived()
    life.do("2026-01-02", add("resolutions", "standard", units=3))
    units = {"edit": "set_units", "product": "resolutions"}
    same = (seats("support", 10), {**units, "units": 3}, cycle("monthly"), {"edit": "resume"})
    assert life.ask("2026-01-05", *same).edits == ()
    assert needed(life, "2026-01-05", seats("support", 10, price="12.00")) == "add_seats"
    assert needed(life, "2026-01-05", {**units, "units": 3, "price": "0.50"}) == "add_products"
    life.do("2026-01-05", {"edit": "suspend"})
    assert life.ask("2026-01-06", {"edit": "suspend"}).edits == ()
    assert life.ask("2026-01-06", {"edit": "resume"}).changes


def test_units_are_added_and_removed_as_products_are() -> None:
    life = lived()
    life.do("2026-01-02", add("resolutions", "standard", units=3))
    more, fewer = ({"edit": "set_units", "product": "resolutions", "units": number} for number in (4, 2))
    assert (needed(life, "2026-01-05", more), needed(life, "2026-01-05", fewer)) == ("add_products", "remove_products")


def test_what_is_sold_by_the_seat_the_unit_or_the_account_is_counted_so() -> None:
    life = lived()
    life.do("2026-01-02", add("resolutions", "standard", units=3), add("privacy", "standard"))
    for product, problem in (("support", CountedInSeats), ("privacy", CountedAsAWhole)):
        with pytest.raises(problem):
            life.ask("2026-01-05", {"edit": "set_units", "product": product, "units": 3})
    for product, other in (("resolutions", CountedInUnits), ("privacy", CountedAsAWhole)):
        with pytest.raises(other):
            life.ask("2026-01-05", seats(product, 3))
    for wrong in ({"seats": 1, "units": 1}, {"units": 1}):
        with pytest.raises(SeatsNeeded):
            life.ask("2026-01-05", add("chat", "standard", **wrong))


def test_there_is_no_changing_to_a_cycle_that_there_is_not() -> None:
    for life in (AccountInMemory(), lived()):
        with pytest.raises(UnknownCycle):
            life.ask("2026-01-05", cycle("daily"))


def test_a_change_is_backdated_to_the_first_day_of_the_open_period_at_most() -> None:
    life = lived()
    life.renew("2026-02-01")
    answer = life.ask("2026-02-20", seats("support", 12, on="2026-02-01"))
    assert [(line.quantity, line.days) for line in answer.lines] == [(10, 28), (12, 28)]
    with pytest.raises(TooFarBack) as caught:
        life.ask("2026-02-20", seats("support", 12, on="2026-01-31"))
    assert caught.value.params["earliest"] == date(2026, 2, 1)


@pytest.mark.parametrize("edit", [{"edit": "cancel"}, {"edit": "suspend"}, cycle("annual")])
def test_an_end_a_suspension_and_another_cycle_are_never_backdated(edit: dict[str, object]) -> None:
    life = lived()
    assert life.ask("2026-01-20", {**edit, "on": "2026-01-20"}).edits[0].effective_on == date(2026, 1, 20)
    with pytest.raises(TooFarBack):
        life.ask("2026-01-20", {**edit, "on": "2026-01-19"})


def test_a_first_purchase_is_never_backdated() -> None:
    first = add("support", "team", seats=1)
    assert AccountInMemory().ask("2026-01-20", {**first, "on": "2026-01-20"}).edits[0].effective_on == date(2026, 1, 20)
    with pytest.raises(TooFarBack):
        AccountInMemory().ask("2026-01-20", {**first, "on": "2026-01-19"})


def test_before_its_first_day_an_account_has_no_term_to_wait_for() -> None:
    coming = Subscription(calendar=Calendar(MONTHLY, date(2026, 2, 15)))
    timeline = Timeline.of(coming)
    assert effective_on(Cancel(), "cancel_account", timeline, POLICY, date(2026, 1, 31)) == date(2026, 1, 31)
    assert effective_on(Cancel(), "cancel_account", timeline, POLICY, date(2026, 2, 15)) == date(2026, 3, 15)


def test_what_waits_counts_from_the_next_period_or_the_next_term_as_the_policy_says() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10), cycle("annual_monthly"))
    assert life.ask("2026-03-10", seats("support", 8)).edits[0].effective_on == date(2027, 1, 1)
    timing = {**POLICY.timing, "remove_seats": Timing("end_of_period", credit=False)}
    life.context = replace(life.context, policy=replace(POLICY, timing=timing))
    assert life.ask("2026-03-10", seats("support", 8)).edits[0].effective_on == date(2026, 4, 1)
    assert life.ask("2026-03-10", seats("support", 8, on="renewal")).edits[0].effective_on == date(2027, 1, 1)
