"""Money that goes back: never more than came in, never out of an invoice; and what is undone is as it was."""

from collections import Counter
from collections.abc import Iterable
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.core.billing.allocation import Allocation, in_force, reversal
from bursar.core.billing.booking import SOURCES, AmountNotPositive, Source
from bursar.core.billing.payment import OpenAmount, ProposedAllocation
from bursar.core.billing.refund import (
    GIVEN_REASONS,
    AlreadyRefunded,
    CameThroughGateway,
    MoneyInUse,
    PaymentUndone,
    RefundablePayment,
    RefundReason,
    RefundTooHigh,
    UnknownRefundReason,
    check_undo,
    cover_refund,
    read_reason,
)
from bursar.core.money.money import Money

PAYMENT, REFUND, NOTE, OTHER_NOTE = (UUID(int=number) for number in range(1, 5))


def received(
    amount: int = 100, *, refunded: int = 0, unused: int = 100, undone: bool = False, source: Source = "bank"
) -> RefundablePayment:
    return RefundablePayment(PAYMENT, source, Money(amount, "EUR"), refunded, unused, undone)


def test_a_refund_takes_unused_money_of_its_payment_first_and_then_credit_that_no_invoice_needs() -> None:
    notes = [OpenAmount(NOTE, 20), OpenAmount(OTHER_NOTE, 30)]
    assert cover_refund(received(unused=50), REFUND, 40, notes) == (ProposedAllocation(PAYMENT, REFUND, 40),)
    assert cover_refund(received(unused=50), REFUND, 75, notes) == (
        ProposedAllocation(PAYMENT, REFUND, 50),
        ProposedAllocation(NOTE, REFUND, 20),
        ProposedAllocation(OTHER_NOTE, REFUND, 5),
    )
    assert cover_refund(received(unused=0), REFUND, 20, notes) == (ProposedAllocation(NOTE, REFUND, 20),)


def test_no_more_goes_back_than_came_in_and_has_not_gone_back_yet() -> None:
    assert cover_refund(received(refunded=30, unused=70), REFUND, 70, [])
    with pytest.raises(RefundTooHigh) as caught:
        cover_refund(received(refunded=30, unused=70), REFUND, 71, [OpenAmount(NOTE, 500)])
    assert caught.value.params == {"left": Money(70, "EUR")}
    for nothing in (0, -1):
        with pytest.raises(AmountNotPositive):
            cover_refund(received(), REFUND, nothing, [])


def test_money_that_pays_for_an_invoice_does_not_go_back() -> None:
    with pytest.raises(MoneyInUse) as caught:
        cover_refund(received(unused=10), REFUND, 31, [OpenAmount(NOTE, 20)])
    assert caught.value.params == {"unused": Money(30, "EUR")}
    with pytest.raises(MoneyInUse) as caught:
        cover_refund(received(amount=20, unused=0), REFUND, 20, [OpenAmount(NOTE, 19)])
    assert caught.value.params == {"unused": Money(19, "EUR")}


def test_what_was_undone_has_nothing_to_give_back() -> None:
    with pytest.raises(PaymentUndone):
        cover_refund(received(undone=True, unused=0), REFUND, 1, [OpenAmount(NOTE, 20)])


def test_only_a_booking_that_nothing_went_back_of_is_undone() -> None:
    for source in SOURCES:
        if source != "attempt":
            check_undo(received(source=source, unused=0))
    with pytest.raises(CameThroughGateway):
        check_undo(received(source="attempt"))
    with pytest.raises(PaymentUndone):
        check_undo(received(undone=True))
    with pytest.raises(AlreadyRefunded):
        check_undo(received(refunded=1))


def test_staff_say_why_in_a_word_that_there_is() -> None:
    assert [read_reason(reason) for reason in GIVEN_REASONS] == list(GIVEN_REASONS)
    assert {*get_args(RefundReason)} - {*GIVEN_REASONS} == {"late"}
    for found in ("late", "", None, 1, ["other"]):
        with pytest.raises(UnknownRefundReason):
            read_reason(found)


@given(
    st.integers(1, 50),
    st.integers(0, 50),
    st.lists(st.integers(0, 20), max_size=3),
    st.lists(st.integers(1, 60), max_size=6),
)
def test_refunds_never_exceed_the_payment_nor_what_is_unused(
    amount: int, used: int, credits: list[int], wanted: list[int]
) -> None:
    unused, refunded = max(amount - used, 0), 0
    notes = [OpenAmount(UUID(int=10 + number), left) for number, left in enumerate(credits)]
    there = unused + sum(credits)
    for part in wanted:
        payment = received(amount, refunded=refunded, unused=unused)
        try:
            covered = cover_refund(payment, REFUND, part, notes)
        except RefundTooHigh:
            assert part > amount - refunded
        except MoneyInUse:
            assert part > unused + sum(note.open_minor for note in notes)
        else:
            taken = spent(Allocation(REFUND, one.source, one.invoice, one.amount) for one in covered)
            assert taken[REFUND] == part
            assert taken[PAYMENT] <= unused and all(taken[note.id] <= note.open_minor for note in notes)
            unused -= taken[PAYMENT]
            notes = [OpenAmount(note.id, note.open_minor - taken[note.id]) for note in notes]
            refunded += part
    assert refunded <= min(amount, there)
    assert refunded == there - unused - sum(note.open_minor for note in notes)


def spent(allocations: Iterable[Allocation]) -> Counter[UUID]:
    """How much of each source is used and how much of each target is paid for."""
    sums: Counter[UUID] = Counter()
    for allocation in allocations:
        sums[allocation.source] += allocation.amount
        sums[allocation.target] += allocation.amount
    return sums


ALLOCATIONS = st.lists(st.tuples(st.integers(1, 3), st.integers(4, 6), st.integers(1, 50)), max_size=6)


@given(ALLOCATIONS, ALLOCATIONS)
def test_reversing_restores_what_was_left_and_is_done_once(
    before: list[tuple[int, int, int]], after: list[tuple[int, int, int]]
) -> None:
    ids = (UUID(int=number) for number in range(100, 200))
    made = [
        [Allocation(next(ids), UUID(int=source), UUID(int=target), amount) for source, target, amount in part]
        for part in (before, after)
    ]
    there = [*made[0], *made[1]]
    assert in_force(there) == tuple(there)
    undone = [reversal(allocation, next(ids)) for allocation in made[1]]
    assert spent([*there, *undone]) == spent(made[0])
    assert in_force([*there, *undone]) == tuple(made[0])
