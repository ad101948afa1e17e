"""The journal balances, and a document comes to the sum of its lines."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from bursar.core.billing.billable import Terms
from bursar.core.billing.invoice import Address, Buyer, Invoice, Seller, Totals, totals
from bursar.core.billing.journal import Entry, Movement, Posting, entries, journal
from bursar.core.billing.line import Line, charge
from bursar.core.calendar.period import Proration, Span
from bursar.core.messages.text import Text
from bursar.core.money.tax import UNTAXED, Tax

JUNE = Span(date(2026, 6, 1), date(2026, 7, 1))
TWENTY = Tax(Decimal("0.20"))


def line(product: str, price: int, tax: Tax = TWENTY) -> Line:
    """A charge for the whole of June."""
    return charge(
        product, Terms("team", 1, Decimal(price) / 100, JUNE, price), JUNE, Proration.BY_DAY, tax, Text(product)
    )


def given_back(one: Line) -> Line:
    return replace(one, kind="credit", gross=-one.gross, amount=-one.amount, tax=-one.tax)


def document(on: date, number: str, *lines: Line) -> Invoice:
    booked = tuple((UUID(int=position), one) for position, one in enumerate(lines, 1))
    days = {"on": on, "issued_on": on, "due_on": on}
    parties = {"seller": Seller("Vendor", "FR"), "buyer": Buyer(Address((("name", "Acme"),)))}
    return Invoice(id=UUID(int=99), number=number, currency="EUR", booked=booked, **days, **parties)  # type: ignore[arg-type]


SUPPORT, CHAT = line("support", 10000), line("chat", 2500)


def test_a_document_comes_to_the_sum_of_its_lines() -> None:
    assert totals([SUPPORT, CHAT]) == Totals(net=12500, tax=2500)
    assert totals([SUPPORT, CHAT]).total == 15000
    assert totals([]) == Totals(0, 0)


def test_a_document_below_zero_is_a_credit_note() -> None:
    assert totals([given_back(SUPPORT), CHAT]).kind == "credit_note"
    assert totals([given_back(SUPPORT), SUPPORT]).kind == "invoice"
    assert totals([SUPPORT]).kind == "invoice"
    assert Totals(net=-1, tax=1).kind == "invoice"
    assert Totals(net=-1).kind == "credit_note"


def test_an_invoice_is_earned_by_product_and_owed_with_its_tax() -> None:
    made = document(date(2026, 6, 1), "INV-1", SUPPORT, CHAT, given_back(CHAT), SUPPORT)
    assert entries([made]) == (
        Entry(
            date(2026, 6, 1),
            "invoice INV-1",
            "EUR",
            (
                Posting("receivable", 24000),
                Posting("revenue:support", -20000),
                Posting("revenue:chat", 0),
                Posting("tax", -4000),
            ),
        ),
    )


def test_a_document_without_tax_posts_none() -> None:
    untaxed = document(date(2026, 6, 1), "INV-1", line("support", 100, UNTAXED))
    assert [posting.account for posting in entries([untaxed])[0].postings] == ["receivable", "revenue:support"]
    one_cent = document(date(2026, 6, 1), "INV-2", line("support", 5))
    assert entries([one_cent])[0].postings[-1] == Posting("tax", -1)


def test_money_comes_in_goes_back_or_was_booked_by_mistake() -> None:
    paid = Movement(date(2026, 6, 2), "1", 100, "EUR")
    refunded, undone = (Movement(paid.on, "2", -100, "EUR", kind) for kind in ("refund", "reversal"))
    assert entries([paid, refunded, undone]) == (
        Entry(date(2026, 6, 2), "payment 1", "EUR", (Posting("cash", 100), Posting("receivable", -100))),
        Entry(date(2026, 6, 2), "refund 2", "EUR", (Posting("cash", -100), Posting("receivable", 100))),
        Entry(date(2026, 6, 2), "reversal 2", "EUR", (Posting("cash", -100), Posting("receivable", 100))),
    )


def test_entries_stand_by_day_and_those_of_a_day_as_they_were_given() -> None:
    days = ((3, "a"), (1, "b"), (3, "c"), (2, "d"), (1, "e"))
    movements = [Movement(date(2026, 6, day), name, 1, "EUR") for day, name in days]
    assert [entry.title for entry in entries(movements)] == [f"payment {name}" for name in ("b", "e", "d", "a", "c")]


def test_the_journal_is_text_with_a_line_per_posting_and_amounts_in_a_column() -> None:
    credited = document(date(2026, 6, 16), "CN-1", given_back(CHAT))
    paid = Movement(date(2026, 6, 2), "P-1", 15000, "JPY")
    assert journal([credited, paid]) == (
        "2026-06-02 payment P-1\n"
        "  cash                                      15000 JPY\n"
        "  receivable                               -15000 JPY\n"
        "\n"
        "2026-06-16 credit note CN-1\n"
        "  receivable                               -30.00 EUR\n"
        "  revenue:chat                              25.00 EUR\n"
        "  tax                                        5.00 EUR\n"
    )
    assert all(sum(posting.amount_minor for posting in entry.postings) == 0 for entry in entries([credited, paid]))
