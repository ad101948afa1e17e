"""Paying: which payment types there are, what an attempt needs next, and what money settles."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from account_in_memory import OWNER
from bursar.core.billing.payment import (
    AttemptState,
    GatewayAnswer,
    Method,
    NoToken,
    OpenAmount,
    ProposedAllocation,
    StaysAutomatic,
    TokenNeeded,
    UnknownMethod,
    amount_to_collect,
    check_replacement,
    document_status,
    next_step,
    propose_allocations,
    read_method,
)
from bursar.core.policy.policy import VENDOR

EXPIRES = datetime(2026, 1, 31, 12, tzinfo=UTC)
CARD, DEBIT, ON_TERMS = Method("card", "tok_1"), Method("debit", "tok_2"), Method()
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
PAYMENT, CREDIT = UUID(int=8), UUID(int=9)


def test_a_card_and_a_mandate_are_charged_automatically_and_an_invoice_is_not() -> None:
    assert (read_method("card", "tok_1"), read_method("debit", " tok_2 ")) == (CARD, DEBIT)
    assert read_method("invoice", None) == read_method("invoice", "") == ON_TERMS
    assert [one.automatic for one in (CARD, DEBIT, ON_TERMS)] == [True, True, False]


def test_a_payment_type_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    for kind in ("cash", "CARD", "", None, 1, ["card"]):
        with pytest.raises(UnknownMethod) as caught:
            read_method(kind, "tok_1")
        assert caught.value.params["known"] == "invoice, card, debit"


@pytest.mark.parametrize("kind", ["card", "debit"])
def test_automatic_payment_needs_a_token_of_at_most_200_characters(kind: str) -> None:
    for token in (None, "", "  ", 7, "x" * 201):
        with pytest.raises(TokenNeeded):
            read_method(kind, token)
    assert read_method(kind, "x" * 200).token == "x" * 200


def test_an_invoice_has_no_token() -> None:
    for token in ("tok_1", 0, False):
        with pytest.raises(NoToken):
            read_method("invoice", token)


def test_only_the_vendor_takes_an_account_off_automatic_payment() -> None:
    with pytest.raises(StaysAutomatic):
        check_replacement(CARD, ON_TERMS, OWNER)
    check_replacement(CARD, ON_TERMS, VENDOR)
    check_replacement(CARD, DEBIT, OWNER)
    check_replacement(ON_TERMS, CARD, OWNER)
    check_replacement(ON_TERMS, ON_TERMS, OWNER)


@pytest.mark.parametrize(
    ("answer", "before", "from_then_on"),
    [
        ("succeeded", "book", "book"),
        ("declined", "fail", "fail"),
        ("cancelled", "cancel", "cancel"),
        ("refunded", "fail", "fail"),
        ("pending", "wait", "cancel"),
        ("unknown", "cancel", "cancel"),
    ],
)
def test_an_open_attempt_waits_only_for_what_may_still_succeed_and_only_until_it_expires(
    answer: GatewayAnswer, before: str, from_then_on: str
) -> None:
    assert next_step("open", answer, EXPIRES, EXPIRES - timedelta(seconds=1)) == before
    assert next_step("open", answer, EXPIRES, EXPIRES) == from_then_on


def test_money_for_an_attempt_that_was_given_up_goes_back_and_nothing_is_taken_twice() -> None:
    steps = {
        (state, answer): next_step(state, answer, EXPIRES, EXPIRES)
        for state in get_args(AttemptState)
        for answer in get_args(GatewayAnswer)
        if state != "open"
    }
    assert {case for case, step in steps.items() if step == "refund"} == {
        ("failed", "succeeded"),
        ("cancelled", "succeeded"),
    }
    assert {step for case, step in steps.items() if step != "refund"} == {"nothing"}
    assert len(steps) == 24


def test_an_invoice_is_overdue_after_its_due_date_and_a_credit_note_never() -> None:
    due_on = date(2026, 3, 2)
    assert document_status("invoice", 100, due_on, due_on) == "open"
    assert document_status("invoice", 100, due_on, due_on + timedelta(1)) == "overdue"
    assert document_status("invoice", 1, due_on, due_on + timedelta(1)) == "overdue"
    assert document_status("credit_note", 100, due_on, due_on + timedelta(1)) == "open"
    assert document_status("invoice", 0, due_on, due_on + timedelta(1)) == "paid"
    assert document_status("credit_note", 0, due_on, due_on) == "settled"


@pytest.mark.parametrize(
    ("total", "credits", "owing", "collected"),
    [
        (100, [], [], 100),
        (100, [30], [], 70),
        (100, [30, 20], [], 50),
        (100, [100], [], 0),
        (100, [130], [], 0),
        (1, [], [], 1),
        (100, [30], [30], 100),
        (100, [30], [10], 80),
        (100, [30], [10, 40], 100),
    ],
)
def test_credits_that_no_open_invoice_needs_are_used_before_money_is_collected(
    total: int, credits: list[int], owing: list[int], collected: int
) -> None:
    assert amount_to_collect(total, sum(owing) - sum(credits)) == collected


def test_money_settles_invoices_in_their_order_and_none_beyond_what_is_left() -> None:
    invoices = [OpenAmount(FIRST, 50), OpenAmount(SECOND, 30), OpenAmount(THIRD, 20)]
    assert propose_allocations([OpenAmount(CREDIT, 60), OpenAmount(PAYMENT, 25)], invoices) == (
        ProposedAllocation(CREDIT, FIRST, 50),
        ProposedAllocation(CREDIT, SECOND, 10),
        ProposedAllocation(PAYMENT, SECOND, 20),
        ProposedAllocation(PAYMENT, THIRD, 5),
    )


def test_what_has_nothing_left_settles_nothing_and_is_not_settled() -> None:
    invoices = [OpenAmount(FIRST, 0), OpenAmount(SECOND, 1)]
    assert propose_allocations([OpenAmount(CREDIT, 0), OpenAmount(PAYMENT, 1)], invoices) == (
        ProposedAllocation(PAYMENT, SECOND, 1),
    )
    assert propose_allocations([OpenAmount(PAYMENT, 5)], [OpenAmount(FIRST, 0)]) == ()
    assert propose_allocations([], invoices) == ()
    assert propose_allocations([OpenAmount(PAYMENT, 5)], []) == ()


LEFT = st.lists(st.integers(0, 50), max_size=6)


@given(LEFT, LEFT)
def test_as_much_is_settled_as_both_sides_have(money: list[int], owing: list[int]) -> None:
    settled = propose_allocations(
        [OpenAmount(UUID(int=number), left) for number, left in enumerate(money)],
        [OpenAmount(UUID(int=number), left) for number, left in enumerate(owing)],
    )
    assert sum(one.amount for one in settled) == min(sum(money), sum(owing))
    assert all(one.amount > 0 for one in settled)
    for number, left in enumerate(money):
        assert sum(one.amount for one in settled if one.source == UUID(int=number)) <= left
    for number, left in enumerate(owing):
        assert sum(one.amount for one in settled if one.invoice == UUID(int=number)) <= left
