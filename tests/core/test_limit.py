"""Limits: what goes beyond them can only be asked of the owner, however it is cut into pieces."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from account_in_memory import ADMIN, BILLING_ADMIN, OWNER, POLICY, AccountInMemory, add, cycle, plan, remove, seats
from bursar.core.messages.document import BadDocument
from bursar.core.policy.limits import Limit
from bursar.core.policy.policy import VENDOR, Contact, Outcome, Reason
from bursar.core.subscription.edit import AddProduct
from bursar.policy.document import read, write

THE_OWNER = (Contact(OWNER.name, OWNER.email, "owner"),)


def limited(account_type: str = "self_service", **limit: Any) -> AccountInMemory:
    """Four seats of Support at 19.00 since January, and a limit for billing admins."""
    life = AccountInMemory(account_type)
    life.context = replace(life.context, policy=replace(POLICY, limits={"billing_admin": Limit(**limit)}))
    life.do("2026-01-01", add("support", "team", seats=4))
    return life


def outcome(
    life: AccountInMemory, on: str, *edits: dict[str, object], by: Any = BILLING_ADMIN
) -> tuple[Outcome, Reason | None]:
    decision = life.ask(on, *edits, by=by).refusal()
    return (decision.outcome, decision.reason) if decision else (Outcome.ALLOWED, None)


ALLOWED, BEYOND = (Outcome.ALLOWED, None), (Outcome.BY_REQUEST, Reason.LIMIT)


@pytest.mark.parametrize("account_type", ["self_service", "online_assisted"])
def test_as_many_seats_as_the_limit_says_and_not_one_more(account_type: str) -> None:
    life = limited(account_type, seats=3)
    assert outcome(life, "2026-01-05", seats("support", 7)) == ALLOWED
    assert outcome(life, "2026-01-05", seats("support", 8)) == BEYOND
    answer = life.ask("2026-01-05", seats("support", 8), by=BILLING_ADMIN)
    assert answer.edits[0].decision.ask == THE_OWNER
    assert answer.due_today.total == life.ask("2026-01-05", seats("support", 8), by=OWNER).due_today.total > 0
    assert outcome(life, "2026-01-05", seats("support", 8), by=OWNER) == ALLOWED
    assert outcome(life, "2026-01-05", seats("support", 8), by=VENDOR) == ALLOWED


def test_what_a_period_may_cost_more_is_counted_without_tax_and_for_the_whole_period() -> None:
    life = limited(amounts={"EUR": 3 * 1900, "USD": 1})
    # On the last day of the month three seats cost next to nothing now, and 57.00 each month.
    assert outcome(life, "2026-01-31", seats("support", 7)) == ALLOWED
    assert outcome(life, "2026-01-31", seats("support", 8)) == BEYOND
    assert outcome(limited(amounts={"USD": 0}), "2026-01-31", seats("support", 8)) == ALLOWED


def test_the_next_period_begins_anew_and_what_the_vendor_or_the_period_before_added_does_not_count() -> None:
    life = limited(seats=3)
    life.do("2026-01-05", seats("support", 7), by=BILLING_ADMIN)
    assert outcome(life, "2026-01-06", seats("support", 8)) == BEYOND
    life.renew("2026-02-01")
    assert outcome(life, "2026-02-01", seats("support", 10)) == ALLOWED
    assert outcome(life, "2026-02-01", seats("support", 11)) == BEYOND
    life.do("2026-02-03", seats("support", 30))
    assert outcome(life, "2026-02-03", seats("support", 33)) == ALLOWED
    assert outcome(life, "2026-02-03", seats("support", 34)) == BEYOND


def test_becoming_smaller_needs_nobody_and_does_not_hide_what_grows_beside_it() -> None:
    life = limited(seats=0, amounts={"EUR": 0})
    assert outcome(life, "2026-01-05", seats("support", 2)) == ALLOWED
    assert outcome(life, "2026-01-05", cycle("annual")) == ALLOWED
    assert outcome(life, "2026-01-05", seats("support", 5)) == BEYOND
    assert outcome(life, "2026-01-05", plan("support", "professional")) == BEYOND
    life.do("2026-01-05", add("voice", "standard", seats=4), by=OWNER)
    assert outcome(life, "2026-01-05", seats("support", 5)) == BEYOND
    answer = life.ask("2026-01-05", seats("support", 5), remove("voice"), by=OWNER)
    assert answer.refusal() is None
    both = life.ask("2026-01-05", seats("voice", 2), seats("support", 5), by=BILLING_ADMIN).edits
    assert [one.decision.outcome for one in both] == [Outcome.ALLOWED, Outcome.BY_REQUEST]


def test_what_is_to_become_smaller_later_does_not_hide_what_grows_now() -> None:
    life = limited(seats=2)
    life.do("2026-01-05", seats("support", 1), by=BILLING_ADMIN)
    kept: dict[str, object] = {"edit": "keep", "change": str(life.context.timeline.changes[-1].id)}
    assert outcome(life, "2026-01-06", kept, seats("support", 6)) == ALLOWED
    assert outcome(life, "2026-01-06", kept, seats("support", 7)) == BEYOND


def test_what_somebody_else_let_grow_beyond_the_limit_stops_nothing_that_does_not_grow() -> None:
    life = limited(seats=2)
    life.do("2026-01-05", seats("support", 9), by=OWNER)
    assert outcome(life, "2026-01-06", cycle("annual")) == ALLOWED
    assert outcome(life, "2026-01-06", plan("support", "professional")) == ALLOWED
    assert outcome(life, "2026-01-06", seats("support", 8)) == ALLOWED
    assert outcome(life, "2026-01-06", seats("support", 10)) == BEYOND


def test_taking_back_that_something_becomes_smaller_is_growth() -> None:
    life = limited(seats=0)
    life.do("2026-01-05", seats("support", 2), by=VENDOR)
    change = life.context.timeline.changes[-1]
    assert outcome(life, "2026-01-06", {"edit": "undo", "change": str(change.id)}) != ALLOWED


def test_a_first_purchase_is_growth_as_a_whole() -> None:
    life = AccountInMemory()
    life.context = replace(life.context, policy=replace(POLICY, limits={"billing_admin": Limit(seats=5)}))
    assert outcome(life, "2026-01-05", add("support", "team", seats=5)) == ALLOWED
    assert outcome(life, "2026-01-05", add("support", "team", seats=6)) == BEYOND
    life.do("2026-01-05", add("support", "team", seats=5), by=BILLING_ADMIN)
    assert outcome(life, "2026-01-05", seats("support", 6)) == BEYOND
    assert isinstance(life.change(AddProduct).edit, AddProduct)


def test_the_narrower_of_two_limits_counts_and_other_roles_are_not_touched() -> None:
    life = limited("online_assisted", seats=9)
    account = replace(life.context.account, limits={"billing_admin": Limit(seats=2)})
    life.context = replace(life.context, account=account)
    assert outcome(life, "2026-01-05", seats("support", 6)) == ALLOWED
    assert outcome(life, "2026-01-05", seats("support", 7)) == BEYOND
    decision = life.ask("2026-01-05", seats("support", 99), by=ADMIN).refusal()
    assert decision and decision.reason is Reason.ROLE


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.integers(0, 12))
def test_many_small_changes_come_to_the_same_as_one(steps: list[int], most: int) -> None:
    life, number, stopped = limited(seats=most), 4, False
    for step in steps:
        asked = outcome(life, "2026-01-09", seats("support", number + step))
        assert asked == (ALLOWED if number + step - 4 <= most else BEYOND)
        stopped = stopped or asked == BEYOND
        if not stopped:
            life.do("2026-01-09", seats("support", number + step), by=BILLING_ADMIN)
            number += step
    assert number - 4 <= most


def test_limits_are_said_in_the_policy_and_written_as_they_are_read() -> None:
    document = write(POLICY)
    assert "limits" not in document
    said = {"billing_admin": {"seats": 20, "amounts": {"EUR": "500.00", "JPY": "60000"}}, "admin": {}}
    policy = read({**document, "limits": said}, 2)
    assert policy.limits == {"billing_admin": Limit(20, {"EUR": 50_000, "JPY": 60_000}), "admin": Limit()}
    assert write(policy)["limits"] == said


@pytest.mark.parametrize(
    ("limits", "at"),
    [
        ({"owner": {"seats": 1}}, "limits.owner"),
        ({"king": {}}, "limits"),
        ({"billing_admin": {"seats": -1}}, "limits.billing_admin.seats"),
        ({"billing_admin": {"seats": True}}, "limits.billing_admin.seats"),
        ({"billing_admin": {"amounts": "500"}}, "limits.billing_admin.amounts"),
        ({"billing_admin": {"amounts": {"EUR": 500}}}, "limits.billing_admin.amounts.EUR"),
        ({"billing_admin": {"amounts": {"EUR": "-1.00"}}}, "limits.billing_admin.amounts.EUR"),
        ({"billing_admin": {"amounts": {"EUR": "1.001"}}}, "limits.billing_admin.amounts.EUR"),
        ({"billing_admin": {"amounts": {"euro": "1.00"}}}, "limits.billing_admin.amounts.euro"),
    ],
)
def test_a_limit_that_cannot_be_is_named_with_its_place(limits: object, at: str) -> None:
    with pytest.raises(BadDocument) as caught:
        read({**write(POLICY), "limits": limits}, 2)
    assert caught.value.params["at"] == at


def test_what_each_product_has_more_is_summed_up() -> None:
    life = limited(seats=3)
    voice = add("voice", "standard", seats=2)
    assert outcome(life, "2026-01-05", seats("support", 5), voice) == ALLOWED
    assert outcome(life, "2026-01-05", seats("support", 6), voice) == BEYOND
    dear = limited(amounts={"EUR": 19_00 + 2 * 29_00})
    assert outcome(dear, "2026-01-05", seats("support", 5), voice) == ALLOWED
    assert outcome(dear, "2026-01-05", seats("support", 6), voice) == BEYOND


def test_what_costs_nothing_more_is_not_beyond_a_limit_of_nothing() -> None:
    life = limited(amounts={"EUR": 0})
    assert outcome(life, "2026-01-05", seats("support", 5)) == BEYOND
    life.do("2026-01-05", {**seats("support", 4), "price": "0"})
    assert outcome(life, "2026-01-06", seats("support", 5)) == ALLOWED


def test_buying_what_was_tried_is_growth_as_a_whole() -> None:
    for limit, bought in (({"seats": 3}, 3), ({"amounts": {"EUR": 3 * 1900}}, 3)):
        life = AccountInMemory("self_service")
        life.context = replace(life.context, policy=replace(POLICY, limits={"billing_admin": Limit(**limit)}))
        life.do(
            "2026-01-01",
            {"edit": "start_trial", "product": "support", "plan": "team", "seats": 3, "until": "2026-01-14"},
        )
        assert outcome(life, "2026-01-05", add("support", "team", seats=bought)) == ALLOWED
        assert outcome(life, "2026-01-05", add("support", "team", seats=bought + 1)) == BEYOND


def test_temporary_seats_count_on_their_days_like_others() -> None:
    life = AccountInMemory("online_assisted")
    life.context = replace(life.context, policy=replace(POLICY, limits={"billing_admin": Limit(seats=3)}))
    life.do("2026-01-01", add("support", "team", seats=4))
    span = {"start": "2026-01-10", "end": "2026-01-20"}
    more: dict[str, object] = {"edit": "add_temporary_seats", "product": "support", "seats": 2, "span": span}
    life.do("2026-01-05", more, by=BILLING_ADMIN)
    assert outcome(life, "2026-01-06", seats("support", 5)) == ALLOWED
    assert outcome(life, "2026-01-06", seats("support", 6)) == BEYOND
    assert outcome(life, "2026-01-20", seats("support", 7)) == ALLOWED, "they are over"


def test_what_adds_nothing_to_the_price_is_not_stopped_by_a_limit_that_somebody_else_passed() -> None:
    life = limited(amounts={"EUR": 1900})
    life.do("2026-01-05", seats("support", 9), by=OWNER)
    free: dict[str, object] = {**add("voice", "standard", seats=1), "price": "0"}
    life.do("2026-01-05", free)
    assert outcome(life, "2026-01-06", seats("voice", 2)) == ALLOWED
    assert outcome(life, "2026-01-06", seats("support", 10)) == BEYOND
