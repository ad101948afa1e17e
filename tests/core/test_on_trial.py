"""A trial: what is there on its days, when it is over, and what may be done with it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pytest

from account_in_memory import AccountInMemory, add, cycle, plan, seats
from bursar.catalog.document import read
from bursar.core.billing.schedule import Endings, NextDue, endings_on_day, next_due
from bursar.core.calendar.cycle import ANNUAL
from bursar.core.money.price import Per
from bursar.core.policy.policy import State
from bursar.core.subscription.edit import Suspend
from bursar.core.subscription.edit_rules import OnTrial, TrialOver
from bursar.core.subscription.item import AgreedPrice, Item
from bursar.core.subscription.subscription import NOTHING, NotAgreed, Subscription
from bursar.core.subscription.timeline import Timeline

TRIED = AgreedPrice("support", "team", "monthly", Per.SEAT, Decimal(19), 1, True, 0)
Edit = dict[str, object]


def trial(until: str, product: str = "support", plan: str = "team", **measure: int) -> Edit:
    return {"edit": "start_trial", "product": product, "plan": plan, "until": until, **measure}


def tried() -> AccountInMemory:
    life = AccountInMemory()
    life.do("2026-01-01", trial("2026-01-14", seats=3))
    return life


def test_what_is_tried_is_there_up_to_and_including_the_last_day() -> None:
    life = tried()
    life.do("2026-01-14", {"edit": "suspend"})
    assert life.change(Suspend).effective_on == date(2026, 1, 14)
    there = {day: list(life.state(f"2026-01-{day}").items) for day in (13, 14, 15)}
    assert there == {13: ["support"], 14: ["support"], 15: []}
    assert life.state("2026-01-15").account_state is State.SUSPENDED, "its end changes nothing else"


def test_as_much_is_tried_as_was_given() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", trial("2026-01-14", seats=3), trial("2026-01-14", "resolutions", "standard", units=4))
    assert {item.product: item.quantity for item in life.state("2026-01-02").items.values()} == {
        "support": 3,
        "resolutions": 4,
    }


def test_what_falls_due_is_the_day_after_its_last_one_and_nothing_once_it_is_over() -> None:
    life = tried()
    timeline = life.context.timeline
    until, after = date(2026, 1, 14), date(2026, 1, 15)
    assert next_due(timeline, date(2026, 1, 2)) == NextDue(after, None, until)
    assert next_due(timeline, after) == NextDue(None, None, None)
    over = [endings_on_day(timeline, day) for day in (until, after, date(2026, 1, 16))]
    assert over == [Endings({}, False), Endings({}, True), Endings({}, False)]


def test_who_bought_before_it_was_over_has_no_end_of_it() -> None:
    life = tried()
    life.do("2026-01-10", add("support", "growth", seats=4), cycle("annual"))
    timeline = life.context.timeline
    assert endings_on_day(timeline, date(2026, 1, 15)) == Endings({}, False)
    assert next_due(timeline, date(2026, 1, 12)) == NextDue(date(2027, 1, 10), date(2027, 1, 10), None)


def test_it_goes_on_from_a_state_that_was_written_down() -> None:
    kept = tried().state("2026-01-05")
    [phase] = Timeline.of(kept).phases
    assert (phase.on, dict(phase.state.items), phase.changes) == (date(2026, 1, 15), {}, ())
    assert endings_on_day(Timeline.of(kept), date(2026, 1, 15)) == Endings({}, True)


def test_a_trial_may_last_for_today_alone_and_no_shorter() -> None:
    life = AccountInMemory()
    with pytest.raises(TrialOver):
        life.ask("2026-01-02", trial("2026-01-01", seats=3))
    life.do("2026-01-02", trial("2026-01-02", seats=3))
    assert [bool(life.state(day).items) for day in ("2026-01-02", "2026-01-03")] == [True, False]


def test_what_is_tried_is_not_changed() -> None:
    life = tried()
    for edit in (seats("support", 5), plan("support", "growth"), {"edit": "remove_product", "product": "support"}):
        with pytest.raises(OnTrial):
            life.ask("2026-01-02", edit)


def test_what_is_tried_needs_no_price_in_the_cycle_that_was_chosen_since_and_what_was_bought_does() -> None:
    items = MappingProxyType({"support": Item("support", "team", 3)})
    trying = Subscription(
        cycle=ANNUAL, items=items, agreed_prices=MappingProxyType({TRIED.key: TRIED}), trial_until=date(2026, 1, 14)
    )
    assert trying.agreed_price(items["support"]) == TRIED
    for wrong in (replace(trying, trial_until=None), trying):
        with pytest.raises(NotAgreed):
            wrong.agreed_price(items["support"] if wrong is not trying else Item("voice", "standard", 1))
    other = replace(TRIED, cycle="annual", rate=Decimal(190))
    both = replace(trying, agreed_prices=MappingProxyType({TRIED.key: TRIED, other.key: other}))
    assert both.agreed_price(items["support"]) == other, "that of the cycle in force, where there is one"
    assert NOTHING.on_trial is False


def test_a_plan_is_bought_in_a_cycle_in_which_what_was_tried_is_not_sold() -> None:
    prices = {
        "team": [{"currency": "EUR", "cycle": "monthly", "per": "seat", "amount": "19.00"}],
        "growth": [{"currency": "EUR", "cycle": "annual", "per": "seat", "amount": "450.00"}],
    }
    plans = [{"code": code, "name": {"en": code}, "prices": found} for code, found in prices.items()]
    sold = {"products": [{"code": "support", "name": {"en": "Support"}, "base": True, "plans": plans}]}
    life = AccountInMemory()
    life.context = replace(life.context, catalog=read(sold, 1))
    life.do("2026-01-01", trial("2026-01-14", seats=3))
    answer = life.do("2026-01-10", cycle("annual"), add("support", "growth", seats=2))
    assert answer.due_today.net == 90000
