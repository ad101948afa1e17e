"""Valid rows for tests of the database, made through the ORM; any field can be given."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model

from bursar.accounts.models import Account, AccountState, Member, Override, Remark, Seller, Session
from bursar.catalog.models import Version as CatalogVersion
from bursar.core.calendar.period import Span
from bursar.gateways.models import SandboxCharge, SandboxRefund
from bursar.history.models import Entry
from bursar.identity.models import AddressChange, FormerName, Identity, Person, Staff
from bursar.invoices.models import Coverage, Invoice, Line, Series
from bursar.jobs.models import Parked
from bursar.notices.models import Email, NotTold, PersonalEmail, Told
from bursar.payments.models import Allocation, Attempt, BankEntry, Method, Payment, Refund
from bursar.policy.models import Version as PolicyVersion
from bursar.seats.models import Assignment, Capacity, Seen
from bursar.subscriptions.models import Change, Checkpoint, Item, Order, Quote, Request

NOW: Final = datetime(2026, 1, 10, 9, 30, tzinfo=UTC)
TODAY: Final = date(2026, 1, 10)
JANUARY: Final = Span(date(2026, 1, 1), date(2026, 2, 1))
CHARGE: Final[dict[str, Any]] = {
    "kind": "charge",
    "description": {"en": "Suite, Team"},
    "per": "seat",
    "product": "suite",
    "plan": "team",
    "quantity": 10,
    "unit_price": Decimal("12"),
    "span": JANUARY,
    "period": JANUARY,
    "rule": "by_day",
    "gross": 13_000,
    "discount": 1_000,
    "amount": 12_000,
    "tax_rate": Decimal("0.2"),
    "tax": 2_400,
    "period_gross": 13_000,
    "period_net": 12_000,
}
CREDIT: Final = {**CHARGE, "kind": "credit", "gross": -13_000, "discount": -1_000, "amount": -12_000, "tax": -2_400}
_numbers = count(1)


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    """Expect the database to refuse, now or when the transaction ends, because of this constraint."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
        connection.check_constraints()
    cause: Any = caught.value.__cause__
    assert cause.diag.constraint_name == constraint


def seller() -> Seller:
    """The seller with its series, even after a test that emptied every table."""
    particulars = {"time_zone": "Europe/Paris", "support_name": "Support", "support_email": "support@example.com"}
    found, _ = Seller.objects.update_or_create(
        id=UUID("01900000-0000-7000-8000-000000000001"), defaults={"name": "Vendor", "country": "FR", **particulars}
    )
    for mode in ("live", "sandbox"):
        for kind in ("invoice", "credit_note"):
            prefix = {"prefix": f"{mode}-{kind}-"}
            Series.objects.get_or_create(seller=found, mode=mode, kind=kind, defaults=prefix)
    return found


def person(**fields: Any) -> Person:
    number = next(_numbers)
    return Person.objects.create(**{"email": f"person{number}@example.com", "name": f"Person {number}", **fields})


def account(**fields: Any) -> Account:
    """An account with an owner and a standing."""
    sandbox = {"clock_at": NOW} if fields.get("sandbox") else {}
    own = {"name": "Acme", "account_type": "self_service", "currency": "EUR", "time_zone": "Europe/Paris"}
    with transaction.atomic():
        made = Account.objects.create(**{"seller": seller(), "created_at": NOW, **own, **sandbox, **fields})
        member(made, role="owner")
        AccountState.objects.create(account=made, state="active", since_on=TODAY)
    return made


def member(account: Account, **fields: Any) -> Member:
    own = {"name": f"Member {next(_numbers)}", "role": "admin", "state": "active", "created_at": NOW}
    return Member.objects.create(account=account, **{"person": fields.get("person") or person(), **own, **fields})


def remark(account: Account, **fields: Any) -> Remark:
    return Remark.objects.create(account=account, **{"text": "they called", **fields})


def override(account: Account, **fields: Any) -> Override:
    own = {"capability": f"capability_{next(_numbers)}", "grant": True, "author_kind": "vendor", "created_at": NOW}
    return Override.objects.create(
        account=account, **{"remark": fields.get("remark") or remark(account), **own, **fields}
    )


def entry(account: Account, **fields: Any) -> Entry:
    own = {"kind": "taken", "actor_kind": "vendor", "on": TODAY, "recorded_at": NOW}
    return Entry.objects.create(account_id=account.id, **{**own, **fields})


def capacity(account: Account, **fields: Any) -> Capacity:
    return Capacity.objects.create(account=account, **{"product": "suite", "bought": 5, "used": 3, **fields})


def assignment(account: Account, **fields: Any) -> Assignment:
    own = {"product": "suite", "member": fields.get("member") or member(account), "since": NOW}
    return Assignment.objects.create(account=account, **{**own, **fields})


def seen(account: Account, **fields: Any) -> Seen:
    return Seen.objects.create(
        account=account, **{"member": fields.get("member") or member(account), "on": TODAY, **fields}
    )


def told(account: Account, **fields: Any) -> Told:
    return Told.objects.create(account=account, **{"entry_id": uuid4(), "at": NOW, **fields})


def not_told(account: Account, **fields: Any) -> NotTold:
    return NotTold.objects.create(account=account, **{"entry_id": uuid4(), "due_at": NOW, **fields})


def parked(account: Account, **fields: Any) -> Parked:
    own = {"step": "renew", "reason": "KeyError", "since": NOW, "failed_at": NOW, "tries": 1, "due_at": NOW}
    return Parked.objects.create(account=account, **{**own, **fields})


def former_name(**fields: Any) -> FormerName:
    return FormerName.objects.create(**{"name": "Before", **fields})


def session(account: Account, **fields: Any) -> Session:
    own: dict[str, Any] = {"page": "team", "expires_at": NOW}
    if not {"member", "member_id"} & set(fields):
        own["member"] = member(account)
    return Session.objects.create(account=account, **{**own, **fields})


def staff(**fields: Any) -> Staff:
    return Staff.objects.create(
        **{"person": fields.get("person") or person(), "role": "sales", "appointed_at": NOW, **fields}
    )


def address_change(**fields: Any) -> AddressChange:
    own = {"before": "a@b.example", "after": "c@b.example", "asked_at": NOW}
    return AddressChange.objects.create(**{"person": fields.get("person") or person(), **own, **fields})


def identity(**fields: Any) -> Identity:
    own = {"issuer": "https://login.vendor.example", "subject": "7", "address": "a@b.example"}
    at = {"since_at": NOW, "last_used_at": NOW}
    return Identity.objects.create(**{"person": fields.get("person") or person(), **own, **at, **fields})


def personal_email(**fields: Any) -> PersonalEmail:
    own: dict[str, Any] = {"address": "a@b.example", "locale": "en", "subject": "s", "due_at": NOW}
    return PersonalEmail.objects.create(**{"person": person(), **own, "state": "waiting", **fields})


def email(account: Account, **fields: Any) -> Email:
    own = {"address": "a@b.example", "locale": "en", "subject": "s", "text": "t", "html": "h", "due_at": NOW}
    made = {"told": fields.get("told") or told(account), "member": fields.get("member") or member(account)}
    return Email.objects.create(account=account, **{**own, **made, "state": "waiting", **fields})


def version(kind: type[CatalogVersion] | type[PolicyVersion], **fields: Any) -> CatalogVersion | PolicyVersion:
    own = {"number": next(_numbers), "document": {}, "digest": "d", "source": "api", "published_at": NOW, "by": "ops"}
    return kind.objects.create(**{**own, **fields})


def charge(**fields: Any) -> SandboxCharge:
    own = {"key": f"key{next(_numbers)}", "amount_minor": 100, "currency": "EUR", "token": "ok"}
    return SandboxCharge.objects.create(**{"outcome": "succeeded", **own, **fields})


def sandbox_refund(**fields: Any) -> SandboxRefund:
    own = {"key": f"key{next(_numbers)}", "amount_minor": 100, "outcome": "succeeded", "made_at": NOW}
    return SandboxRefund.objects.create(**{"charge": fields.get("charge") or charge(), **own, **fields})


def quote(account: Account, **fields: Any) -> Quote:
    own = {"actor_kind": "vendor", "edits": [], "outcome": "allowed", "on": TODAY, "content": {}, "digest": "d"}
    when = {"created_at": NOW, "expires_at": NOW + timedelta(days=1)}
    return Quote.objects.create(
        account=account, catalog_version=1, policy_version=1, account_type="self_service", **{**own, **when, **fields}
    )


def request(account: Account, **fields: Any) -> Request:
    """A request that is open, or approved where an order is given."""
    own = {"state": "open", "created_at": NOW, "expires_at": NOW + timedelta(days=30)}
    own |= {"state": "approved", "closed_at": NOW, "closed_by_kind": "vendor"} if "order" in fields else {}
    made = {"quote": fields.get("quote") or quote(account), "member": fields.get("member") or member(account)}
    return Request.objects.create(account=account, **{**made, **own, **fields})


def order(account: Account, **fields: Any) -> Order:
    own = {"on": TODAY, "actor_kind": "vendor", "recorded_at": NOW}
    return Order.objects.create(account=account, **{"quote": fields.get("quote") or quote(account), **own, **fields})


def change(account: Account, **fields: Any) -> Change:
    own = {"edit": {}, "capability": "add_seats", "effective_on": TODAY, "terms": {}, "ordered_on": TODAY}
    flags = {"position": next(_numbers), "credit": False, "by_vendor": True}
    placed = fields.get("order") or order(account)
    return Change.objects.create(account=account, **{"order": placed, **own, **flags, **fields})


def checkpoint(account: Account, **fields: Any) -> Checkpoint:
    return Checkpoint.objects.create(account=account, **{"on": TODAY, "position": 1, "state": {}, **fields})


def item(account: Account, **fields: Any) -> Item:
    own = {"product": "suite", "plan": "growth", "per": "seat", "quantity": 10, "temporary": 0, "cycle": "monthly"}
    price = {"rate": Decimal(19), "currency": account.currency, "trial": False, "starts_on": TODAY}
    return Item.objects.create(account=account, **{**own, **price, **fields})


def bare_invoice(account: Account, *, net: int = 12_000, tax: int = 2_400, **fields: Any) -> Invoice:
    """An invoice without lines and number, which cannot stay so."""
    mode, kind = "sandbox" if account.sandbox else "live", fields.get("kind", "invoice")
    days = {"on": TODAY, "issued_on": TODAY, "due_on": TODAY + timedelta(days=30), "recorded_at": NOW}
    money = {"currency": account.currency, "net": net, "tax": tax, "total": net + tax}
    series = fields.get("series") or Series.objects.get(seller=account.seller, mode=mode, kind=kind)
    own = {"kind": kind, "series": series, "snapshot": {}, **days, **money}
    return Invoice.objects.create(account=account, **{**own, **fields})


def invoice(account: Account, *, lines: Iterable[dict[str, Any]] = (CHARGE,), **fields: Any) -> Invoice:
    """A complete invoice, or credit note when its lines are below zero."""
    given = list(lines)
    net, tax = (sum(one[part] for one in given) for part in ("amount", "tax"))
    kind = "credit_note" if net + tax < 0 else "invoice"
    with transaction.atomic():
        made = bare_invoice(account, **{"kind": kind, "net": net, "tax": tax, **fields})
        for position, one in enumerate(given, 1):
            Line.objects.create(account=account, invoice=made, position=position, **one)
        allot(made)
    return made


def allot(*invoices: Invoice) -> None:
    """Give invoices of one series their numbers."""
    series = Series.objects.select_for_update().get(pk=invoices[0].series_id)
    Series.objects.filter(pk=series.pk).update(next=F("next") + len(invoices))
    for number, one in enumerate(invoices, series.next):
        one.number = number
        one.save(update_fields=("number",))


def credit_note(account: Account, **fields: Any) -> Invoice:
    """A credit note over a whole new invoice."""
    return invoice(account, lines=[{**CREDIT, "credits": line(account)}], **fields)


def line(account: Account, **fields: Any) -> Line:
    """A line of a complete invoice, or of the one given."""
    own = {**(CREDIT if fields.get("credits") else CHARGE), **fields}
    if "invoice" in fields:
        return Line.objects.create(account=account, **{"position": 9, **own})
    return Line.objects.get(invoice=invoice(account, lines=[own]))


def coverage(account: Account, **fields: Any) -> Coverage:
    own = {"line": fields.get("line") or line(account), "item": "suite", "span": JANUARY}
    return Coverage.objects.create(account=account, **{**own, **fields})


def gateway(account: Account) -> str:
    """The code of a gateway that may serve an account."""
    return "sandbox" if account.sandbox else "bank"


def method(account: Account, **fields: Any) -> Method:
    own = {"kind": "card", "gateway": gateway(account), "token": "ok", "recorded_at": NOW}
    return Method.objects.create(account=account, **{**own, **fields})


def attempt(account: Account, **fields: Any) -> Attempt:
    """An attempt that succeeded, on a quote unless an invoice is given."""
    cause = {} if fields.get("invoice") else {"quote": fields.get("quote") or quote(account)}
    money: dict[str, Any] = {"amount_minor": 14_400, "currency": "EUR"}
    money |= {"method_kind": "card", "gateway": gateway(account), "token": "ok"}
    when = {"on": TODAY, "created_at": NOW, "expires_at": NOW + timedelta(minutes=30)}
    ended = {"state": "succeeded", "finished_at": NOW}
    return Attempt.objects.create(
        account=account, **{"actor_kind": "vendor", **cause, **money, **when, **ended, **fields}
    )


def bank_entry(**fields: Any) -> BankEntry:
    own = {"mode": "live", "entry": f"entry {next(_numbers)}", "amount_minor": 14_400, "currency": "EUR"}
    return BankEntry.objects.create(**{"seller": seller(), "value_on": TODAY, "recorded_at": NOW, **own, **fields})


def payment(account: Account, **fields: Any) -> Payment:
    """A payment of an attempt, unless it comes from the bank or from staff, or reverses another."""
    own: dict[str, Any] = {"on": TODAY, "recorded_at": NOW, "amount_minor": 14_400, "currency": "EUR"}
    if before := fields.get("reverses"):
        own |= {"source": "staff", "amount_minor": -before.amount_minor}
        if before.account_id == account.id:
            own |= {name: getattr(before, name) for name in ("source", "attempt_id", "bank_entry_id")}
    elif fields.get("bank_entry"):
        own |= {"source": "bank"}
    elif "source" not in fields:
        tried = fields.get("attempt") or attempt(account)
        own |= {"source": "attempt", "attempt": tried, "amount_minor": tried.amount_minor, "currency": tried.currency}
    return Payment.objects.create(account=account, **{**own, **fields})


def bare_refund(account: Account, **fields: Any) -> Refund:
    """A refund that nothing covers, which cannot stay so."""
    paid = fields.get("payment") or payment(account)
    own = {"amount_minor": 100, "reason": "goodwill", "state": "succeeded", "on": TODAY, "recorded_at": NOW}
    own |= {} if fields.get("state") == "open" else {"finished_at": NOW}
    return Refund.objects.create(account=account, **{"payment": paid, **own, **fields})


def refund(account: Account, **fields: Any) -> Refund:
    """A refund of a payment that covers it."""
    with transaction.atomic():
        made = bare_refund(account, **fields)
        allocation(account, invoice=None, refund=made, payment=made.payment, amount=made.amount_minor)
    return made


def allocation(account: Account, **fields: Any) -> Allocation:
    """An allocation of a payment to an invoice, unless something else is given; one that reverses another repeats it."""
    before = fields.get("reverses")
    own: dict[str, Any] = {"amount": -before.amount if before else 14_400, "recorded_at": NOW}
    if before and before.account_id == account.id:
        ends = ("invoice_id", "refund_id", "payment_id", "credit_note_id")
        own |= {name: getattr(before, name) for name in ends}
    else:
        own |= {} if fields.get("credit_note") else {"payment": fields.get("payment") or payment(account)}
        own |= {} if fields.get("refund") else {"invoice": fields.get("invoice") or invoice(account)}
    return Allocation.objects.create(account=account, **{**own, **fields})


def every_row(account: Account) -> dict[type[Model], Any]:
    """For each model of an account's own rows, the function that makes one."""
    makers = (
        remark,
        override,
        member,
        capacity,
        assignment,
        quote,
        request,
        order,
        change,
        checkpoint,
        item,
        invoice,
        line,
        coverage,
    )
    money = (method, attempt, payment, refund, allocation, told, email, session, seen)
    models = (
        Remark,
        Override,
        Member,
        Capacity,
        Assignment,
        Quote,
        Request,
        Order,
        Change,
        Checkpoint,
        Item,
        Invoice,
        Line,
        Coverage,
    )
    return dict(
        zip(
            (*models, Method, Attempt, Payment, Refund, Allocation, Told, Email, Session, Seen),
            (*makers, *money),
            strict=True,
        )
    )
