"""Amounts are exact, and there is one rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.core.money.currency import UnknownCurrency, digits
from bursar.core.money.money import (
    BadAmount,
    BadRate,
    Money,
    amount_text,
    rate_text,
    read_amount,
    read_rate,
    rounded,
)
from bursar.core.money.price import period_price
from bursar.core.money.tax import BadTaxRate, Tax, read_tax_rate


@pytest.mark.parametrize(
    ("value", "whole"), [("0.5", 1), ("-0.5", -1), ("1.5", 2), ("2.5", 3), ("-2.5", -3), ("501.5", 502), ("0.49", 0)]
)
def test_halves_round_away_from_zero(value: str, whole: int) -> None:
    assert rounded(Decimal(value)) == whole


@given(st.fractions())
def test_rounding_is_the_same_on_both_sides_of_zero_and_never_off_by_more_than_half(value: Fraction) -> None:
    assert rounded(-value) == -rounded(value)
    assert abs(rounded(value) - value) <= Fraction(1, 2)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_an_amount_reads_back_as_it_was_written(amount: int, currency: str) -> None:
    assert read_amount(amount_text(Money(amount, currency)), currency) == Money(amount, currency)


def test_an_amount_with_more_digits_than_its_currency_is_refused() -> None:
    for written, currency in (("1.005", "EUR"), ("1.0", "JPY"), ("1.0001", "KWD"), ("1e2", "EUR"), ("", "EUR")):
        with pytest.raises(BadAmount):
            read_amount(written, currency)


def test_a_rate_is_written_in_quotes_with_at_most_twelve_places() -> None:
    assert read_rate("0.000000000001") == Decimal("0.000000000001")
    for written in ("0.0000000000001", "1000000000", "-1", "1e3", " 1", "NaN", "", 1.5, 12, None, "１"):
        with pytest.raises(BadRate):
            read_rate(written)


def test_a_rate_shows_at_least_the_currencys_digits() -> None:
    assert rate_text(Decimal("12"), "EUR") == "12.00"
    assert rate_text(Decimal("0.0150"), "EUR") == "0.015"
    assert rate_text(Decimal("500.00"), "JPY") == "500"


def test_currencies_have_their_own_digits() -> None:
    assert [digits(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]
    for unknown in ("EURO", "eur", "ABC", ""):
        with pytest.raises(UnknownCurrency):
            digits(unknown)


def test_a_period_costs_rate_times_quantity_rounded_once() -> None:
    assert period_price(Decimal("0.015"), 3, digits("EUR")) == 5
    assert period_price(Decimal("0.015"), 3_000_000, digits("EUR")) == 4_500_000
    assert period_price(Decimal("99.5"), 1, digits("JPY")) == 100


def test_tax_is_rounded_once_per_amount_and_negates_with_it() -> None:
    assert Tax(Decimal("0.055")).on(1010) == 56
    assert Tax(Decimal("0.055")).on(-1010) == -56
    with pytest.raises(BadTaxRate):
        read_tax_rate("20")
