"""Prices are agreed for what an account has ahead, in the cycles that are ahead, and for what may be undone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from account_in_memory import CATALOG, AccountInMemory, add, cycle, remove, seats
from bursar.core.subscription.catalog import Catalog, NoPrice, Product
from bursar.core.subscription.edit import ChangeCycle


def lived() -> AccountInMemory:
    """Ten seats and two of an add-on, monthly since 1 January 2026."""
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10), add("chat", "standard", seats=2))
    return life


def selling(life: AccountInMemory, chat: Callable[[Product], Product | None]) -> AccountInMemory:
    """The same account under a catalog in which chat is sold otherwise, or not at all."""
    products = (chat(product) if product.code == "chat" else product for product in CATALOG.products)
    catalog = Catalog(2, tuple(product for product in products if product), CATALOG.own_cycles)
    life.context = replace(life.context, catalog=catalog)
    return life


def not_by_the_year(product: Product) -> Product:
    """Without prices in the annual cycle."""
    plans = tuple(
        replace(plan, prices=tuple(price for price in plan.prices if price.cycle != "annual")) for plan in product.plans
    )
    return replace(product, plans=plans)


def undo(life: AccountInMemory) -> dict[str, object]:
    return {"edit": "undo", "change": str(life.context.timeline.changes[-1].id)}


def test_a_cycle_needs_a_price_for_everything_that_the_account_still_has_in_it() -> None:
    life = selling(lived(), not_by_the_year)
    with pytest.raises(NoPrice) as caught:
        life.ask("2026-01-05", cycle("annual"))
    assert caught.value.params["product"] == "chat"
    assert life.ask("2026-01-05", cycle("annual_monthly")).next_renewal.net > 0


def test_a_cycle_needs_no_price_for_what_goes_when_it_begins() -> None:
    life = selling(lived(), not_by_the_year)
    answer = life.do("2026-01-05", remove("chat"), cycle("annual"))
    assert [(line.product, line.amount) for line in answer.renewal_lines] == [("support", 190_000)]
    later = selling(lived(), not_by_the_year)
    later.do("2026-01-05", remove("chat"))
    assert later.ask("2026-01-06", cycle("annual")).next_renewal.net == 190_000


def test_what_is_no_longer_sold_can_go_while_the_cycle_changes() -> None:
    life = selling(lived(), lambda product: None)
    assert life.ask("2026-01-05", remove("chat"), cycle("annual")).next_renewal.net == 190_000
    other = replace(CATALOG.product("chat").plans[0], code="other")
    life = selling(lived(), lambda product: replace(product, plans=(other,)))
    life.do("2026-01-05", remove("chat"))
    assert life.ask("2026-01-06", cycle("annual")).next_renewal.net == 190_000


def test_what_is_undone_in_the_same_list_is_ahead_again_and_needs_its_price() -> None:
    life = lived()
    life.do("2026-01-05", remove("chat"))
    selling(life, not_by_the_year)
    with pytest.raises(NoPrice):
        life.ask("2026-01-06", undo(life), cycle("annual"))
    assert life.ask("2026-01-06", undo(life), cycle("annual_monthly")).changes


def test_what_was_to_come_and_is_undone_in_the_same_list_needs_no_price() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10))
    selling(life, not_by_the_year).do("2026-01-05", add("chat", "standard", seats=2, on="renewal"))
    with pytest.raises(NoPrice):
        life.ask("2026-01-06", cycle("annual"))
    assert life.ask("2026-01-06", undo(life), cycle("annual")).next_renewal.net == 190_000


def test_of_two_cycles_that_begin_on_a_day_only_the_last_needs_a_price() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10))
    life.do("2026-01-05", cycle("annual"))
    life.do("2026-01-06", {**undo(life), "edit": "keep"}, cycle("annual_monthly"))
    assert [change.edit.cycle for change in life.context.timeline.changes if isinstance(change.edit, ChangeCycle)] == [
        "annual",
        "annual_monthly",
    ]
    answer = selling(life, not_by_the_year).ask("2026-01-07", add("chat", "standard", seats=2, on="renewal"))
    assert [line.unit_price for line in answer.renewal_lines] == [Decimal("15.83"), Decimal("12.50")]


def test_a_price_of_the_vendors_own_holds_for_the_cycle_in_force_and_the_catalogs_for_the_one_to_come() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10))
    life.do("2026-01-05", cycle("annual"))
    answer = life.do("2026-01-06", add("chat", "standard", seats=1, price="10.00"))
    assert [line.unit_price for line in answer.lines] == [Decimal("10.00")]
    assert [line.unit_price for line in answer.renewal_lines] == [Decimal("190.00"), Decimal("150.00")]


def test_the_next_renewal_is_known_from_a_checkpoint_alone() -> None:
    life = lived()
    life.from_checkpoint("2026-02-01")
    life.renew("2026-02-01")
    answer = life.ask("2026-02-10", {"edit": "suspend"})
    assert (answer.renewal_on, answer.next_renewal.net) == (date(2026, 3, 1), 10 * 1900 + 2 * 1500)
    assert life.ask("2026-02-10", seats("chat", 2, on="2026-03-15", price="1.00")).renewal_on == date(2026, 3, 1)


def test_an_account_that_has_nothing_renews_when_what_it_bought_begins_or_never() -> None:
    assert AccountInMemory().ask("2026-01-01", {"edit": "suspend"}).renewal_on is None
    answer = AccountInMemory().ask("2026-01-01", add("support", "team", seats=10, on="2026-02-15"))
    assert (answer.lines, answer.renewal_on, answer.next_renewal.net) == ((), date(2026, 2, 15), 19000)
