"""A member adds much at once only once it is confirmed, and too much not at all."""

from dataclasses import replace
from datetime import date

import pytest

from account_in_memory import ADMIN, OWNER, POLICY, SUPPORT, AccountInMemory, add, cycle, plan, seats
from bursar.core.ordering.ceilings import ConfirmationNeeded, Increase
from bursar.core.ordering.quote import Quote, check_confirmed
from bursar.core.policy.limits import Ceilings, CeilingsCrossed, Limit
from bursar.core.policy.policy import VENDOR, Actor, Outcome, Reason
from bursar.policy.document import read, write

TEN, HUNDRED = Limit(10), Limit(100)


def bounded(ask: Limit = TEN, refuse: Limit = HUNDRED, account_type: str = "self_service") -> AccountInMemory:
    life = AccountInMemory(account_type)
    policy = replace(POLICY, ceilings=Ceilings(ask, refuse), credit={})
    life.context = replace(life.context, policy=policy)
    life.do("2026-01-01", add("support", "team", seats=50))
    return life


def asked(life: AccountInMemory, *edits: object, by: Actor = OWNER, on: str = "2026-01-02") -> Quote:
    return life.ask(on, *edits, by=by)  # type: ignore[arg-type]  # edits as lives write them


def test_the_standard_policy_asks_from_ten_thousand_and_refuses_from_a_hundred_thousand() -> None:
    assert POLICY.ceilings == Ceilings(Limit(10_000), Limit(100_000))


def test_seats_up_to_the_ceiling_are_taken_and_more_are_confirmed() -> None:
    life = bounded()
    assert asked(life, seats("support", 60)).confirm is None
    beyond = asked(life, seats("support", 61))
    assert (beyond.outcome, beyond.confirm) == (Outcome.ALLOWED, Increase(11, 20900))
    check_confirmed(beyond, confirmed=True)
    with pytest.raises(ConfirmationNeeded) as problem:
        check_confirmed(beyond, confirmed=False)
    assert problem.value.params["seats"] == 11
    check_confirmed(asked(life, seats("support", 60)), confirmed=False)


def test_the_whole_list_counts_and_what_becomes_less_makes_no_room() -> None:
    life = bounded()
    both = asked(life, seats("support", 56), add("voice", "standard", seats=5))
    assert both.confirm and both.confirm.seats == 11
    other = asked(life, {"edit": "remove_product", "product": "support"}, add("suite", "growth", seats=11))
    assert other.confirm and other.confirm.seats == 11


def test_temporary_seats_count_on_their_days() -> None:
    life = bounded(account_type="online_assisted")
    span = {"start": "2026-01-10", "end": "2026-01-12"}
    some = {"edit": "add_temporary_seats", "product": "support", "seats": 11, "span": span}
    found = asked(life, some)
    assert found.confirm and found.confirm.seats == 11
    assert asked(life, {**some, "seats": 10}).confirm is None


def test_what_was_scheduled_before_is_not_counted_again() -> None:
    life = bounded()
    life.do("2026-01-01", seats("support", 5_000, on="renewal"))
    assert asked(life, add("voice", "standard", seats=1)).confirm is None


def test_undoing_a_reduction_adds_nothing() -> None:
    life = bounded()
    life.do("2026-01-02", seats("support", 1), by=OWNER)
    undo = {"edit": "undo", "change": str(life.context.timeline.changes[-1].id)}
    assert asked(life, undo).confirm is None


def test_what_is_tried_counts_when_it_is_bought() -> None:
    life = AccountInMemory()
    life.context = replace(life.context, policy=replace(POLICY, ceilings=Ceilings(Limit(2)), credit={}))
    life.do(
        "2026-01-01", {"edit": "start_trial", "product": "support", "plan": "team", "seats": 3, "until": "2026-01-30"}
    )
    found = asked(life, add("support", "team", seats=3))
    assert found.confirm and found.confirm.seats == 3


def test_an_amount_is_a_ceiling_too_by_what_a_period_costs_more() -> None:
    life = bounded(Limit(amounts={"EUR": 20_000}), Limit(amounts={"EUR": 100_000}))
    assert asked(life, seats("support", 60)).confirm is None
    found = asked(life, seats("support", 61))
    assert found.confirm == Increase(11, 20_900)
    assert asked(life, cycle("annual")).confirm is None
    assert asked(life, seats("support", 103)).outcome is Outcome.REFUSED
    # 50 seats for 36.00 a month more.
    assert asked(life, plan("support", "growth")).outcome is Outcome.REFUSED


def test_more_than_the_second_ceiling_is_refused_with_whom_to_ask() -> None:
    life = bounded()
    assert asked(life, seats("support", 150)).outcome is Outcome.ALLOWED
    answer = asked(life, seats("support", 151))
    refusal = answer.refusal()
    assert refusal
    assert (refusal.outcome, refusal.reason, refusal.ask) == (Outcome.REFUSED, Reason.LIMIT, (SUPPORT,))
    assert (answer.confirm, answer.lines) == (None, ())


def test_a_request_cannot_ask_for_more_than_anybody_may_approve() -> None:
    life = bounded(account_type="online_assisted")
    found = asked(life, seats("support", 61), by=ADMIN)
    assert (found.outcome, found.confirm) == (Outcome.BY_REQUEST, Increase(11, 20_900))
    assert asked(life, seats("support", 151), by=ADMIN).outcome is Outcome.REFUSED


def test_the_vendor_is_not_asked() -> None:
    found = asked(bounded(), seats("support", 900_000), by=VENDOR)
    assert (found.outcome, found.confirm) == (Outcome.ALLOWED, None)


def test_ceilings_read_as_they_were_written_and_the_first_is_below_the_second() -> None:
    amounts = {"ask": {"seats": 5, "amounts": {"EUR": "10.00"}}, "refuse": {"amounts": {"EUR": "10.01"}}}
    document = {**write(POLICY), "ceilings": amounts}
    assert write(read(document, 2)) == document
    for crossed in (
        {"ask": {"seats": 5}, "refuse": {"seats": 5}},
        {"ask": {"amounts": {"EUR": "10.00"}}, "refuse": {"amounts": {"EUR": "9.00"}}},
    ):
        with pytest.raises(CeilingsCrossed):
            read({**document, "ceilings": crossed}, 2)


def test_a_day_counts_by_what_is_there_on_it() -> None:
    life = bounded()
    life.do("2026-01-02", seats("support", 1), by=OWNER)
    keep = {"edit": "keep", "change": str(life.context.timeline.changes[-1].id)}
    found = asked(life, seats("support", 70), keep)
    assert found.confirm == Increase(20, 38_000)
    assert found.on == date(2026, 1, 2)
