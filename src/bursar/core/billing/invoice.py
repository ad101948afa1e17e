"""Invoices and credit notes as issued: seller, buyer, lines and totals, complete in themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from bursar.core.billing.line import Line

Kind = Literal["invoice", "credit_note"]


@dataclass(frozen=True, slots=True)
class Totals:
    """The net and tax of a document. Unit: minor units."""

    net: int = 0
    tax: int = 0

    @property
    def total(self) -> int:
        """Net and tax together; below zero for a credit note."""
        return self.net + self.tax

    @property
    def kind(self) -> Kind:
        """The kind of the document: a total below zero makes it a credit note."""
        # A total of zero is an invoice: it asks for nothing, but it gives nothing back either.
        return "credit_note" if self.total < 0 else "invoice"


def totals(lines: Iterable[Line]) -> Totals:
    """Return the totals of lines."""
    lines = tuple(lines)
    # The tax of a document is the sum of its lines' taxes, each rounded already: nothing is rounded twice.
    return Totals(sum(line.amount for line in lines), sum(line.tax for line in lines))


FIRST_PARTS: Final = ("name", "street")
LAST_PARTS: Final = ("postal_code", "city", "country")
"""The parts of an address that have a place of their own; parts by any other name stand between them."""


@dataclass(frozen=True, slots=True)
class Address:
    """A name and address: parts by name, in the order in which they are printed."""

    parts: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """Return the part of a name, or an empty text if the address has none."""
        return dict(self.parts).get(name, "")


def read_address(written: Mapping[str, str]) -> Address:
    """Return an address with its parts in the order of printing, whatever order they are written in."""
    # PostgreSQL's jsonb keeps no order of names, so it is made here: the parts without a fixed place by name.
    between = sorted(set(written) - {*FIRST_PARTS, *LAST_PARTS})
    names = (*FIRST_PARTS, *between, *LAST_PARTS)
    return Address(tuple((name, written[name]) for name in names if name in written))


@dataclass(frozen=True, slots=True)
class Seller:
    """The vendor's legal entity, as a document names it."""

    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person to whom invoices are sent."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """The customer on a document. `bill_to` is None where the invoice goes to the address in `sold_to`."""

    sold_to: Address
    bill_to: Address | None = None
    vat_id: str = ""
    purchase_order: str = ""
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An issued invoice or credit note with everything that it shows; nothing of it is looked up again.

    `on` is its day by the account's clock, `issued_on` the day by the seller's clock on which it was issued.
    `booked` are its lines as the books keep them, each under the id by which a credit names it.
    """

    id: UUID
    number: str
    currency: str
    on: date
    issued_on: date
    due_on: date
    seller: Seller
    buyer: Buyer
    booked: tuple[tuple[UUID, Line], ...]
    order_id: UUID | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its lines, without their ids."""
        return tuple(line for _, line in self.booked)

    @property
    def totals(self) -> Totals:
        """Return the net, tax and total of its lines."""
        return totals(self.lines)

    @property
    def kind(self) -> Kind:
        """The kind of the document: a total below zero makes it a credit note."""
        return self.totals.kind
