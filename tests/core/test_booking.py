"""Money that came without a gateway: what can be booked, and of an entry of the bank no more than it brought."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.core.billing.booking import (
    AmountNotPositive,
    BadReference,
    BankEntry,
    Booking,
    EntryBooked,
    MoreThanEntry,
    PaymentCurrency,
    ReceivedInFuture,
    check_booking,
    check_entry,
)
from bursar.core.messages.problem import Problem
from bursar.core.money.money import Money

TODAY = date(2026, 3, 2)


def booking(
    amount: int = 100, currency: str = "EUR", *, on: date = TODAY, reference: str = "", entry: str = ""
) -> Booking:
    return Booking(Money(amount, currency), on, reference, entry)


def test_money_comes_from_the_bank_if_it_has_an_entry_there_and_else_from_staff() -> None:
    assert booking(entry="7").source == "bank"
    assert booking(reference="cheque 12").source == "staff"
    assert Booking(Money(1, "EUR"), TODAY, invoices=(UUID(int=1),)).source == "staff"


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (booking(0), AmountNotPositive),
        (booking(-1), AmountNotPositive),
        (booking(currency="USD"), PaymentCurrency),
        (booking(on=TODAY + timedelta(1)), ReceivedInFuture),
        (booking(reference="x" * 36), BadReference),
        (booking(reference="M\xfcller"), BadReference),
        (booking(entry="7\n8"), BadReference),
        (booking(entry="x" * 36), BadReference),
    ],
)
def test_what_cannot_be_booked_is_refused(wrong: Booking, problem: type[Problem]) -> None:
    with pytest.raises(problem):
        check_booking(wrong, "EUR", TODAY)


def test_what_came_today_or_before_is_booked_under_its_reference() -> None:
    check_booking(booking(1), "EUR", TODAY)
    check_booking(booking(on=date(2025, 1, 1), reference="RF18 5390 0754 7034", entry="x" * 35), "EUR", TODAY)


def test_an_entry_is_booked_once_as_a_whole_or_in_parts() -> None:
    check_entry(BankEntry("7", Money(100, "EUR")), booking(100))
    check_entry(BankEntry("7", Money(100, "EUR"), 60), booking(40))
    with pytest.raises(EntryBooked):
        check_entry(BankEntry("7", Money(100, "EUR"), 100), booking(1))
    with pytest.raises(MoreThanEntry) as caught:
        check_entry(BankEntry("7", Money(100, "EUR"), 60), booking(41))
    assert caught.value.params == {"entry": "7", "whole": Money(100, "EUR"), "left": Money(40, "EUR")}
    with pytest.raises(MoreThanEntry):
        check_entry(BankEntry("7", Money(100, "USD")), booking(1))


@given(st.integers(1, 50), st.lists(st.integers(1, 50), max_size=8))
def test_bookings_of_an_entry_never_come_to_more_than_it_brought(whole: int, wanted: list[int]) -> None:
    booked = 0
    for amount in wanted:
        try:
            check_entry(BankEntry("7", Money(whole, "EUR"), booked), booking(amount))
        except (EntryBooked, MoreThanEntry):
            assert booked + amount > whole
        else:
            booked += amount
    assert booked <= whole
