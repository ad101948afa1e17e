"""Edits are decided, timed and priced together, and what was shown is what is billed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from account_in_memory import (
    ADMIN,
    AGENT,
    BILLING_ADMIN,
    CATALOG,
    OWNER,
    POLICY,
    AccountInMemory,
    account,
    add,
    cycle,
    plan,
    remove,
    seats,
)
from bursar.core.calendar.cycle import ANNUAL, Calendar
from bursar.core.calendar.timing import Timing
from bursar.core.ordering.conflicts import Contradiction, NeedsProduct, PendingChange, UnknownChange, WouldBreak
from bursar.core.ordering.content import digest, read_quote, read_state, write_quote, write_state
from bursar.core.ordering.quote import ACCOUNT_WOULD_END
from bursar.core.policy.policy import Outcome, Override, Reason, State
from bursar.core.subscription.edit import ChangePlan, RemoveProduct, SetSeats, VendorOnly
from bursar.core.subscription.edit_rules import AlreadySubscribed, NotSubscribed, TooFarBack
from bursar.core.subscription.measure import NoQuantity, SeatsNeeded
from bursar.core.subscription.seats import SeatsInUse, SeatUse

TEAM_10 = add("support", "team", seats=10)


def lived(account_type: str = "self_service", tax: str = "0", **first: object) -> AccountInMemory:
    """Ten seats in the lowest plan, monthly since 1 January 2026."""
    life = AccountInMemory(account_type, tax)
    life.do("2026-01-01", {**TEAM_10, **first})
    return life


def test_the_worked_example_holds_to_the_cent() -> None:
    life = AccountInMemory()
    life.do("2022-10-27", add("support", "team", seats=10, price="12.00"), cycle("annual"))
    answer = life.do("2023-07-14", seats("support", 11))
    credit, charge = answer.lines
    assert (credit.amount, credit.days, credit.period_days) == (-3452, 105, 365)
    assert (charge.amount, charge.quantity) == (3797, 11)
    assert answer.due_today.total == 345
    assert answer.renewal_on == date(2023, 10, 27)
    assert answer.next_renewal.net == 13200


def test_a_first_purchase_is_charged_for_its_first_period_with_tax_by_line() -> None:
    life = AccountInMemory(tax="0.20")
    answer = life.do("2026-01-31", TEAM_10, add("privacy", "standard"), by=OWNER)
    assert [(line.product, line.amount, line.tax) for line in answer.lines] == [
        ("support", 19000, 3800),
        ("privacy", 35000, 7000),
    ]
    assert answer.renewal_on == date(2026, 2, 28)


def test_a_first_purchase_begins_in_the_cycle_of_the_same_list_in_any_order() -> None:
    for edits in ([TEAM_10, cycle("annual")], [cycle("annual"), TEAM_10]):
        answer = AccountInMemory().ask("2026-01-01", *edits, by=BILLING_ADMIN)
        assert answer.outcome is Outcome.ALLOWED
        assert [edit.decision.capability for edit in answer.edits] == ["add_products", "add_products"]
        assert answer.due_today.net == 190_000


def test_fewer_seats_wait_for_the_term_and_give_nothing_back() -> None:
    life = lived()
    answer = life.do("2026-01-16", seats("support", 8), by=OWNER)
    assert answer.lines == ()
    assert answer.edits[0].effective_on == date(2026, 2, 1)
    assert answer.next_renewal.net == 8 * 1900
    assert life.state("2026-01-31").items["support"].quantity == 10
    assert life.state("2026-02-01").items["support"].quantity == 8


def test_in_an_annual_term_billed_monthly_reductions_wait_for_the_year() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", TEAM_10, cycle("annual_monthly"))
    assert life.ask("2026-03-10", seats("support", 9)).edits[0].effective_on == date(2027, 1, 1)


def test_a_vendor_may_reduce_at_once_and_the_days_stay_paid() -> None:
    life = lived()
    assert life.do("2026-01-16", seats("support", 5, on="now")).lines == ()
    assert life.do("2026-01-20", seats("support", 8)).lines == ()
    answer = life.do("2026-01-21", seats("support", 12))
    assert [(line.kind, line.quantity) for line in answer.lines] == [("credit", 10), ("charge", 12)]


def test_a_policy_that_credits_gives_reductions_back_at_once() -> None:
    life = lived()
    timing = {**POLICY.timing, "remove_seats": Timing("now", credit=True)}
    life.context = replace(life.context, policy=replace(POLICY, timing=timing))
    answer = life.do("2026-01-16", seats("support", 5), by=OWNER)
    assert [(line.kind, line.quantity) for line in answer.lines] == [("credit", 10), ("charge", 5)]
    assert answer.due_today.total < 0


def test_an_upgrade_counts_at_once_and_a_downgrade_at_the_end() -> None:
    life = lived()
    up = life.do("2026-01-17", plan("support", "growth"), by=OWNER)
    assert up.due_today.net == -9194 + 21774
    down = life.do("2026-01-18", plan("support", "team"), by=OWNER)
    assert (down.lines, down.edits[0].effective_on) == ((), date(2026, 2, 1))


def test_added_seats_pay_the_agreed_rate_and_new_products_the_catalogs() -> None:
    life = lived(price="10.00")
    answer = life.do("2026-02-01", seats("support", 11), add("chat", "standard", seats=2))
    assert {line.product: line.unit_price for line in answer.lines} == {
        "support": Decimal("10.00"),
        "chat": Decimal("15.00"),
    }


def test_a_cycle_change_takes_the_catalogs_prices_and_keeps_the_anchor() -> None:
    life = AccountInMemory()
    life.do("2026-01-31", {**TEAM_10, "price": "10.00"})
    answer = life.do("2026-02-10", cycle("annual"), by=OWNER)
    assert (answer.renewal_on, answer.next_renewal.net) == (date(2026, 2, 28), 190_000)
    [line] = life.renew("2026-02-28")
    assert (line.span.start, line.span.end) == (date(2026, 2, 28), date(2027, 2, 28))
    assert life.state("2027-03-01").calendar == Calendar(ANNUAL, date(2026, 1, 31), origin=1)


def test_what_is_added_while_a_cycle_change_waits_is_agreed_in_both_cycles() -> None:
    life = lived()
    life.do("2026-01-10", cycle("annual"))
    life.do("2026-01-12", add("chat", "standard", seats=1))
    assert [line.unit_price for line in life.renew("2026-02-01")] == [Decimal("190.00"), Decimal("150.00")]


def test_a_renewal_is_a_period_that_nobody_billed_and_twice_is_once() -> None:
    life = lived()
    assert [line.amount for line in life.renew("2026-02-01")] == [19000]
    assert life.renew("2026-02-01") == ()
    assert life.renew("2026-02-14") == ()


def test_an_edit_that_changes_nothing_is_left_out() -> None:
    answer = lived().ask("2026-01-05", seats("support", 10), plan("support", "team"), by=AGENT)
    assert (answer.edits, answer.changes, answer.outcome) == ((), (), Outcome.ALLOWED)


def test_a_refusal_says_why_and_whom_to_ask_and_prices_nothing() -> None:
    answer = lived("managed").ask("2026-01-05", seats("support", 12), by=OWNER)
    refusal = answer.refusal()
    assert refusal is not None
    assert (refusal.outcome, refusal.reason, refusal.ask[0].role) == (Outcome.REFUSED, Reason.ACCOUNT_TYPE, "support")
    assert (answer.lines, answer.changes, answer.renewal_on) == ((), (), None)


def test_an_admin_asks_where_requests_are_open_and_sees_the_cost() -> None:
    answer = lived("online_assisted").ask("2026-01-01", seats("support", 12), by=ADMIN)
    assert answer.outcome is Outcome.BY_REQUEST
    assert answer.due_today.net == 2 * 1900
    assert lived("self_service").ask("2026-01-01", seats("support", 12), by=ADMIN).outcome is Outcome.REFUSED


def test_the_hardest_outcome_of_a_list_is_the_lists() -> None:
    answer = lived("online_assisted").ask("2026-01-05", plan("support", "growth"), seats("support", 8), by=OWNER)
    assert [edit.decision.outcome for edit in answer.edits] == [Outcome.ALLOWED, Outcome.REFUSED]
    assert answer.outcome is Outcome.REFUSED


def test_an_override_opens_until_its_last_day() -> None:
    life = lived("online_assisted")
    granted = account("online_assisted", overrides=(Override("remove_seats", True, date(2026, 1, 10)),))
    life.context = replace(life.context, account=granted)
    assert life.ask("2026-01-10", seats("support", 8), by=OWNER).outcome is Outcome.ALLOWED
    assert life.ask("2026-01-11", seats("support", 8), by=OWNER).outcome is Outcome.REFUSED


def test_a_product_not_sold_online_to_the_account_is_refused_by_the_catalog() -> None:
    refusal = lived("online_assisted").ask("2026-01-05", add("privacy", "standard"), by=OWNER).refusal()
    assert refusal is not None
    assert refusal.reason is Reason.CATALOG


def test_a_scheduled_change_must_be_kept_or_undone_by_a_new_edit_on_the_same_thing() -> None:
    life = lived()
    life.do("2026-01-05", seats("support", 8))
    scheduled = str(life.change(SetSeats).id)
    with pytest.raises(PendingChange):
        life.ask("2026-01-06", seats("support", 12))
    kept = life.ask("2026-01-06", seats("support", 12), {"edit": "keep", "change": scheduled})
    assert kept.next_renewal.net == 8 * 1900
    undone = life.do("2026-01-06", seats("support", 12), {"edit": "undo", "change": scheduled})
    assert undone.next_renewal.net == 12 * 1900
    with pytest.raises(UnknownChange):
        life.ask("2026-01-07", {"edit": "undo", "change": scheduled})


def test_a_plan_change_and_a_seat_change_wait_side_by_side_and_are_undone_one_by_one() -> None:
    life = lived(plan="growth")
    life.do("2026-01-05", seats("support", 8), plan("support", "team"))
    life.do("2026-01-06", {"edit": "undo", "change": str(life.change(ChangePlan).id)})
    assert (life.state("2026-02-01").items["support"].plan, life.state("2026-02-01").items["support"].quantity) == (
        "growth",
        8,
    )


def test_what_the_vendor_scheduled_only_the_vendor_undoes() -> None:
    life = lived()
    life.do("2026-01-05", seats("support", 8))
    undo = {"edit": "undo", "change": str(life.change(SetSeats).id)}
    assert life.ask("2026-01-06", undo, by=OWNER).outcome is Outcome.REFUSED
    assert life.ask("2026-01-06", undo).outcome is Outcome.ALLOWED


def test_undoing_needs_the_right_to_do_it() -> None:
    life = lived()
    life.do("2026-01-05", seats("support", 8), by=OWNER)
    undo = {"edit": "undo", "change": str(life.change(SetSeats).id)}
    assert life.ask("2026-01-06", undo, by=AGENT).outcome is Outcome.REFUSED
    assert life.ask("2026-01-06", undo, by=BILLING_ADMIN).outcome is Outcome.ALLOWED


def test_a_product_that_another_needs_cannot_go_alone() -> None:
    life = lived(plan="professional")
    life.do("2026-01-02", add("quality", "standard", seats=3), add("suite", "growth", seats=1))
    with pytest.raises(NeedsProduct):
        life.ask("2026-01-05", remove("support"), by=OWNER)
    both = life.do("2026-01-05", remove("support"), remove("quality"), by=OWNER)
    assert [edit.effective_on for edit in both.edits] == [date(2026, 2, 1)] * 2
    with pytest.raises(WouldBreak):
        life.ask("2026-01-06", {"edit": "undo", "change": str(life.context.timeline.changes[-1].id)}, by=OWNER)


def test_what_depends_on_an_undone_change_is_named() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("suite", "growth", seats=1))
    life.do("2026-01-02", add("support", "team", seats=1, on="renewal"))
    first = str(life.context.timeline.changes[-1].id)
    life.do("2026-01-03", add("quality", "standard", seats=1, on="renewal"))
    with pytest.raises(WouldBreak) as caught:
        life.ask("2026-01-04", {"edit": "undo", "change": first})
    assert caught.value.params["change"] == life.context.timeline.changes[-1]


def test_what_was_bought_on_the_same_day_is_not_said_to_depend_on_a_product_that_lacks_another() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("suite", "growth", seats=1))
    with pytest.raises(NeedsProduct) as caught:
        life.ask("2026-01-01", add("quality", "standard", seats=1))
    assert (caught.value.params["product"], caught.value.params["needed"]) == ("quality", "support")


def test_giving_up_the_last_base_product_ends_the_account_and_says_so() -> None:
    life = lived()
    life.do("2026-01-02", add("chat", "standard", seats=1))
    answer = life.do("2026-01-05", remove("support"), by=OWNER)
    assert answer.warnings == (ACCOUNT_WOULD_END,)
    assert (answer.renewal_on, answer.renewal_lines) == (None, ())
    assert life.state("2026-02-01").account_state is State.CANCELLED
    assert life.renew("2026-02-01") == ()
    assert life.change(RemoveProduct).capability == "remove_products"


def test_cancelling_takes_effect_at_the_end_of_the_term() -> None:
    life = lived()
    answer = life.do("2026-01-05", {"edit": "cancel", "reason": "too dear"}, by=OWNER)
    assert (answer.edits[0].effective_on, answer.renewal_on) == (date(2026, 2, 1), None)
    assert life.ask("2026-01-06", {"edit": "cancel"}, by=BILLING_ADMIN).outcome is Outcome.REFUSED


def test_nothing_changes_on_a_cancelled_account_even_for_the_vendor() -> None:
    life = lived()
    life.do("2026-01-05", {"edit": "cancel", "on": "now"})
    life.context = replace(life.context, account=account(state=State.CANCELLED))
    refusal = life.ask("2026-01-05", add("chat", "standard", seats=1)).refusal()
    assert refusal is not None
    assert refusal.reason is Reason.ACCOUNT_STATE


def test_contradicting_edits_are_not_understood() -> None:
    life = lived()
    for edits in (
        (seats("support", 11), seats("support", 12)),
        (remove("support"), seats("support", 12)),
        (add("chat", "standard", seats=1), seats("chat", 2)),
        ({"edit": "cancel"}, seats("support", 12)),
    ):
        with pytest.raises(Contradiction):
            life.ask("2026-01-05", *edits)


def test_what_cannot_be_is_refused_with_a_reason() -> None:
    life = lived()
    cases = (
        (TEAM_10, AlreadySubscribed),
        (seats("chat", 3), NotSubscribed),
        (add("chat", "standard"), SeatsNeeded),
        (add("privacy", "standard", seats=3), NoQuantity),
        (add("quality", "standard", seats=3, on="2025-12-31"), TooFarBack),
    )
    for edit, problem in cases:
        with pytest.raises(problem):
            life.ask("2026-01-05", edit)


def test_only_the_vendor_says_when_and_at_what_price() -> None:
    life = lived()
    for edit in (seats("support", 12, on="now"), seats("support", 12, price="1"), {"edit": "suspend"}):
        with pytest.raises(VendorOnly):
            life.ask("2026-01-05", edit, by=OWNER)


def test_seats_in_use_are_given_up_by_name() -> None:
    life = lived()
    life.context = replace(life.context, used={"support": SeatUse(bought=10, used=9)})
    with pytest.raises(SeatsInUse) as caught:
        life.ask("2026-01-05", seats("support", 7), by=OWNER)
    assert caught.value.params["more"] == 2
    named = [str(ADMIN.id), str(AGENT.id)]
    assert life.ask("2026-01-05", seats("support", 7, release=named), by=OWNER).outcome is Outcome.ALLOWED


def test_a_backdated_change_is_billed_from_its_day() -> None:
    life = lived()
    answer = life.do("2026-01-20", seats("support", 12, on="2026-01-11"))
    assert [(line.kind, line.days) for line in answer.lines] == [("credit", 21), ("charge", 21)]


def test_what_is_charged_before_the_renewal_is_not_charged_by_it_again() -> None:
    life = lived()
    life.do("2026-01-05", seats("support", 12, on="2026-01-20"))
    answer = life.ask("2026-01-06", add("chat", "standard", seats=1))
    renewed = {(line.product, line.quantity): line.amount for line in answer.renewal_lines}
    assert renewed == {("support", 12): 12 * 1900, ("chat", 1): 1500}


def test_what_is_undone_counts_no_more_also_where_nothing_came_before() -> None:
    life = lived()
    state = life.state("2026-01-05")
    life.from_checkpoint("2026-01-05")
    life.do("2026-01-05", plan("support", "growth", on="renewal"), seats("support", 15, on="2026-02-10"))
    undoing = {"edit": "undo", "change": str(life.change(ChangePlan).id)}
    answer = life.do("2026-01-06", undoing, add("chat", "standard", seats=1))
    assert life.state("2026-02-01").items["support"] == state.items["support"]
    assert life.state("2026-02-10").items["support"] == replace(state.items["support"], quantity=15)
    assert {line.plan for line in answer.renewal_lines} == {"team", "standard"}


def test_a_suspended_account_is_opened_again_by_the_vendor() -> None:
    life = lived()
    life.do("2026-01-05", {"edit": "suspend"})
    assert life.state("2026-01-05").account_state is State.SUSPENDED
    life.do("2026-01-09", {"edit": "resume"})
    assert life.state("2026-01-09").account_state is State.ACTIVE


def test_a_quote_and_a_state_read_back_as_they_were_written() -> None:
    life = lived(tax="0.055")
    life.do("2026-01-05", cycle("annual"), add("resolutions", "standard", units=3))
    answer = life.ask("2026-01-10", seats("support", 12), plan("support", "growth"), by=OWNER)
    assert read_quote(write_quote(answer)) == answer
    state = life.state("2026-02-01")
    assert read_state(write_state(state)) == state


def test_a_digest_is_of_figures_and_days_whatever_versions_moved() -> None:
    life = lived()
    ask = seats("support", 8)
    first = life.ask("2026-01-05", ask, by=OWNER)
    life.context = replace(life.context, catalog=replace(CATALOG, version=7), versions={1: CATALOG})
    assert digest(life.ask("2026-01-06", ask, by=OWNER)) == digest(first)
    assert digest(life.ask("2026-01-06", seats("support", 12), by=OWNER)) != digest(
        life.ask("2026-01-07", seats("support", 12), by=OWNER)
    )
