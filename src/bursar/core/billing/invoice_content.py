"""Write lines, totals, seller and buyer of a document as JSON, and read them back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from bursar.core.billing.invoice import Buyer, Invoice, Recipient, Seller, Totals, read_address
from bursar.core.billing.line import ChargeType, Line
from bursar.core.calendar.period import Proration, Span
from bursar.core.messages.text import Text, write_text
from bursar.core.money.money import rate_text
from bursar.core.money.price import Per

Document = dict[str, Any]
_AMOUNTS: Final = ("gross", "discount", "amount", "tax")


def write_line(line: Line, currency: str) -> Document:
    """Return a line as JSON, as programs see it and as it is stored."""
    return {
        "kind": line.kind,
        "charge_type": line.charge_type.value,
        "product": line.product,
        "plan": line.plan,
        "description": write_text(line.description),
        "per": line.per.value,
        "quantity": line.quantity,
        "unit_price": rate_text(line.unit_price, currency),
        "span": write_span(line.span),
        "period": write_span(line.period),
        # For programs only. It follows from span, period and rule, so nothing reads it back.
        "share": {"days": line.days, "of": line.period_days},
        "rule": line.rule.value,
        **{name: write_money(getattr(line, name), currency) for name in _AMOUNTS},
        # 0.2 and 0.20 are one rate; a digest compares the text.
        "tax_rate": str(line.tax_rate.normalize()) if line.tax_rate else "0",
        "period_gross": write_money(line.period_gross, currency),
        "period_net": write_money(line.period_net, currency),
        "credits": str(line.credits) if line.credits else None,
    }


def read_line(document: Mapping[str, Any]) -> Line:
    """Return the line that `write_line` wrote."""
    amounts = (*_AMOUNTS, "period_gross", "period_net")
    return Line(
        kind=document["kind"],
        charge_type=ChargeType(document["charge_type"]),
        product=document["product"],
        plan=document["plan"],
        description=Text(**document["description"]),
        per=Per(document["per"]),
        quantity=document["quantity"],
        unit_price=Decimal(document["unit_price"]),
        span=read_span(document["span"]),
        period=read_span(document["period"]),
        rule=Proration(document["rule"]),
        tax_rate=Decimal(document["tax_rate"]),
        credits=UUID(document["credits"]) if document["credits"] else None,
        **{name: document[name]["amount_minor"] for name in amounts},
    )


def write_invoice(invoice: Invoice) -> Document:
    """Return an issued document as programs see it, without its status and open amount, which change later."""
    return {
        "id": str(invoice.id),
        "kind": invoice.kind,
        "number": invoice.number,
        "on": invoice.on.isoformat(),
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        **write_totals(invoice.totals, invoice.currency),
        **write_parties(invoice.seller, invoice.buyer),
        "lines": [{"id": str(line_id), **write_line(line, invoice.currency)} for line_id, line in invoice.booked],
    }


def write_parties(seller: Seller, buyer: Buyer) -> Document:
    """Return a document's seller and buyer as JSON, with everything needed to read it back."""
    return {
        "seller": {"name": seller.name, "country": seller.country},
        "sold_to": dict(buyer.sold_to.parts),
        "bill_to": None if buyer.bill_to is None else dict(buyer.bill_to.parts),
        "vat_id": buyer.vat_id,
        "purchase_order": buyer.purchase_order,
        "recipients": [{"name": recipient.name, "email": recipient.email} for recipient in buyer.recipients],
    }


def read_parties(document: Mapping[str, Any]) -> tuple[Seller, Buyer]:
    """Return the seller and buyer that `write_parties` wrote."""
    buyer = Buyer(
        sold_to=read_address(document["sold_to"]),
        bill_to=None if document["bill_to"] is None else read_address(document["bill_to"]),
        vat_id=document["vat_id"],
        purchase_order=document["purchase_order"],
        # Earlier releases asked for no name, and their documents stay as they were issued.
        recipients=tuple(
            Recipient(recipient.get("name", ""), recipient["email"]) for recipient in document["recipients"]
        ),
    )
    return Seller(**document["seller"]), buyer


def write_totals(totals: Totals, currency: str) -> Document:
    """Return totals as JSON."""
    return {name: write_money(getattr(totals, name), currency) for name in ("net", "tax", "total")}


def write_money(amount_minor: int, currency: str) -> Document:
    """Return an amount as JSON. It names its currency: 500 is five euros, or five hundred yen."""
    return {"amount_minor": amount_minor, "currency": currency}


def write_span(span: Span) -> Document:
    """Return a span as JSON; its end is the first day that does not belong to it."""
    return {"start": span.start.isoformat(), "end": span.end.isoformat()}


def read_span(document: Mapping[str, str]) -> Span:
    """Return the span that `write_span` wrote."""
    return Span(date.fromisoformat(document["start"]), date.fromisoformat(document["end"]))
