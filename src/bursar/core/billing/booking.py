"""Bookings: payments that came without a gateway, from the bank's statement or as staff enter them."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from bursar.core.messages.problem import Conflict, Invalid
from bursar.core.money.money import Money

Source = Literal["attempt", "bank", "staff"]
"""The source of a payment: an attempt at a gateway, an entry of the bank's statement, or staff who entered it."""
SOURCES: Final[tuple[Source, ...]] = ("attempt", "bank", "staff")
MOST_REFERENCE: Final = 35
"""The most characters of a reference. Source: ISO 20022, Max35Text."""
# The basic Latin characters of SEPA, the only ones that every bank passes on unchanged.
_REFERENCE: Final = re.compile(r"[A-Za-z0-9/?:().,'+ -]*")


class AmountNotPositive(Invalid):
    """Expected an amount above zero; enter how much money it is."""

    code = "nothing_moved"


class PaymentCurrency(Invalid):
    """This account pays in {currency}; enter what came in that currency."""

    code = "payment_currency"


class ReceivedInFuture(Invalid):
    """Money is booked on the day on which it came; enter {today} or an earlier day."""

    code = "received_later"


class BadReference(Invalid):
    """Expected at most {most} letters without accents, digits, spaces and / - ? : ( ) . , ' +, found {found}."""

    code = "bad_reference"


class MoreThanEntry(Conflict):
    """The entry {entry} of the bank's statement brought {whole}, of which {left} is not booked; book that much at most."""

    code = "beyond_entry"


class EntryBooked(Conflict):
    """The entry {entry} of the bank's statement is booked already."""

    code = "entry_booked"


@dataclass(frozen=True, slots=True)
class Booking:
    """A payment to book: its amount, value day and reference, and the bank's own number of the entry.

    A booking without an entry rests on the word of staff alone. `invoices` are those that it pays first, in their order.
    """

    amount: Money
    on: date
    reference: str = ""
    entry: str = ""
    invoices: tuple[UUID, ...] = ()

    @property
    def source(self) -> Source:
        """The source of the payment."""
        return "bank" if self.entry else "staff"


@dataclass(frozen=True, slots=True)
class BankEntry:
    """An entry of the bank's statement: the money that it brought, and the part of it that is booked.

    Unit: `booked_minor` is in minor units of the currency of `amount`.
    """

    entry: str
    amount: Money
    booked_minor: int = 0


def check_booking(booking: Booking, currency: str, today: date) -> None:
    """Check a booking of an account that pays in a currency.

    Errors: AmountNotPositive, PaymentCurrency, ReceivedInFuture, BadReference.
    """
    if booking.amount.amount_minor <= 0:
        raise AmountNotPositive()
    if booking.amount.currency != currency:
        raise PaymentCurrency(currency=currency)
    # A later day would pay invoices today with money that nobody has yet.
    if booking.on > today:
        raise ReceivedInFuture(today=today)
    check_reference(booking.reference)
    check_reference(booking.entry)


def check_reference(text: str) -> None:
    """Check a reference, or the bank's own number of an entry. Errors: BadReference."""
    if len(text) > MOST_REFERENCE or not _REFERENCE.fullmatch(text):
        # The answer quotes the beginning only: somebody may have pasted a whole page.
        raise BadReference(most=MOST_REFERENCE, found=repr(text)[:60])


def check_entry(entry: BankEntry, booking: Booking) -> None:
    """Check that no more of an entry is booked than it brought. Errors: EntryBooked, MoreThanEntry."""
    # One transfer may pay for several accounts, so an entry is booked in parts. Their sum is the limit.
    unbooked_minor = entry.amount.amount_minor - entry.booked_minor
    if unbooked_minor <= 0:
        raise EntryBooked(entry=entry.entry)
    if booking.amount.currency != entry.amount.currency or booking.amount.amount_minor > unbooked_minor:
        unbooked = Money(unbooked_minor, entry.amount.currency)
        raise MoreThanEntry(entry=entry.entry, whole=entry.amount, left=unbooked)
