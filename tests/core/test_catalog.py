"""What is sold, and when something falls due by itself."""

from datetime import date
from decimal import Decimal

import pytest

from account_in_memory import AccountInMemory, add, remove, seats
from bursar.core.billing.schedule import NextDue, next_due
from bursar.core.calendar.cycle import ANNUAL, ANNUAL_MONTHLY, MONTHLY, Cycle, Length
from bursar.core.messages.text import Text
from bursar.core.money.currency import DIGITS
from bursar.core.money.price import MOST_MINOR, Per, Price, TooDear, period_price
from bursar.core.money.tax import BadTaxRate, Tax, read_tax_rate
from bursar.core.subscription.catalog import Catalog, NoPrice, Plan, Product, UnknownCycle, UnknownPlan, UnknownProduct
from bursar.core.subscription.timeline import Timeline

WEEKLY = Cycle("weekly", Text("weekly"), Length(days=7), Length(days=7))


def sold(online: frozenset[str] | None = None) -> Catalog:
    """One product in two plans, the lower one first."""
    prices = tuple(Price(currency, "monthly", Per.SEAT, Decimal(19)) for currency in ("EUR", "USD"))
    plans = tuple(Plan(code=code, name=Text(code), prices=prices) for code in ("team", "growth"))
    product = Product(code="support", name=Text("Support"), base=True, online=online, plans=plans)
    return Catalog(3, (product,), (WEEKLY,))


def test_a_plan_is_ranked_among_the_plans_of_its_product_from_the_lowest() -> None:
    assert [sold().rank("support", plan) for plan in ("team", "growth")] == [0, 1]
    with pytest.raises(UnknownPlan, match="team, growth"):
        sold().rank("support", "gold")


def test_a_price_is_that_of_the_plan_in_the_currency_and_the_cycle() -> None:
    price = sold().price("support", "growth", "USD", "monthly")
    assert (price.currency, price.cycle, price.per, price.rate) == ("USD", "monthly", Per.SEAT, Decimal(19))
    for currency, cycle in (("JPY", "monthly"), ("EUR", "annual")):
        with pytest.raises(NoPrice, match="It has: EUR monthly, USD monthly"):
            sold().price("support", "team", currency, cycle)


def test_what_is_not_sold_is_named_with_what_is() -> None:
    with pytest.raises(UnknownProduct, match="It has: support"):
        sold().product("chat")
    with pytest.raises(UnknownPlan, match="no plan gold"):
        sold().price("support", "gold", "EUR", "monthly")
    with pytest.raises(UnknownCycle, match="monthly, annual, annual_monthly, weekly"):
        sold().cycle("daily")


def test_a_catalogs_own_cycles_stand_beside_those_built_in() -> None:
    assert [sold().cycle(code) for code in ("monthly", "annual", "annual_monthly", "weekly")] == [
        MONTHLY,
        ANNUAL,
        ANNUAL_MONTHLY,
        WEEKLY,
    ]


def test_a_product_is_sold_online_to_all_types_or_to_those_it_names() -> None:
    assert sold().product("support").sold_online_to("managed")
    named = sold(frozenset({"self_service"})).product("support")
    assert named.sold_online_to("self_service")
    assert not named.sold_online_to("managed")


def test_every_active_currency_has_the_digits_that_iso_4217_gives_it() -> None:
    assert {code for code, digits in DIGITS.items() if digits == 3} == set("BHD IQD JOD KWD LYD OMR TND".split())
    assert set(DIGITS.values()) == {0, 2, 3}
    assert DIGITS["JPY"] == 0


def test_no_period_costs_more_than_can_be_billed_at_once() -> None:
    assert period_price(Decimal(10**8), 10**5, 2) == MOST_MINOR
    with pytest.raises(TooDear) as caught:
        period_price(Decimal("100000000.01"), 10**5, 2)
    assert caught.value.params == {"quantity": 10**5, "rate": Decimal("100000000.01")}


def test_tax_is_a_ratio_of_at_most_the_whole_price() -> None:
    assert read_tax_rate("1") == Tax(Decimal(1))
    assert Tax(Decimal(1)).on(1234) == 1234
    assert read_tax_rate("0.077").on(10000) == 770
    with pytest.raises(BadTaxRate):
        read_tax_rate("1.000000000001")


def due(life: AccountInMemory, on: str) -> NextDue:
    return next_due(life.context.timeline, date.fromisoformat(on))


def test_what_falls_due_next_is_the_end_of_the_period_or_a_scheduled_change_before_it() -> None:
    life = AccountInMemory()
    life.do("2026-01-31", add("support", "team", seats=10))
    end = date(2026, 2, 28)
    assert due(life, "2026-01-31") == NextDue(end, end)
    assert due(life, "2026-02-28") == NextDue(date(2026, 3, 31), date(2026, 3, 31))
    life.do("2026-02-01", seats("support", 8, on="2026-02-10"))
    assert due(life, "2026-02-09") == NextDue(date(2026, 2, 10), end)
    assert due(life, "2026-02-10") == NextDue(end, end)


def test_nothing_falls_due_where_nothing_was_bought_or_everything_ended() -> None:
    assert next_due(Timeline(), date(2026, 1, 1)) == NextDue(None, None)
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10))
    life.do("2026-01-05", remove("support"))
    assert due(life, "2026-01-31") == NextDue(date(2026, 2, 1), date(2026, 2, 1))
    assert due(life, "2026-02-01") == NextDue(None, None)


def test_before_its_first_day_an_account_has_that_day_to_come_and_no_period() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "team", seats=10, on="2026-02-15"))
    assert due(life, "2026-01-31") == NextDue(date(2026, 2, 15), None)
    assert due(life, "2026-02-15") == NextDue(date(2026, 3, 15), date(2026, 3, 15))
