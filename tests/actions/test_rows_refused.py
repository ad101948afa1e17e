"""What must never be, the database refuses: each constraint and each trigger has somebody who tries to break it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

import factory
from bursar.accounts.models import Account, Member, PurchaseLimit, Seller, VendorKey
from bursar.catalog.models import Version as CatalogVersion
from bursar.columns.codes import CodeField
from bursar.columns.money import CurrencyField
from bursar.columns.reference import SameAccount
from bursar.core.calendar.period import Span
from bursar.history.models import StoredResponse
from bursar.invoices.models import Invoice, Series
from bursar.jobs.models import Round
from bursar.notices.models import Unwanted
from bursar.payments.models import Allocation, Attempt, Refund
from bursar.policy.models import Version as PolicyVersion
from factory import CHARGE, CREDIT, JANUARY, NOW, TODAY, refused

pytestmark = pytest.mark.django_db
Breach = Callable[[Account], object]


def twice(make: Callable[..., Any], **fields: Any) -> Breach:
    """Make the same row two times."""
    return lambda account: (make(account, **fields), make(account, **fields))


def shared(make: Callable[..., Any], name: str, cause: Callable[[Account], Any]) -> Breach:
    """Make two rows that have the same cause."""

    def breach(account: Account) -> None:
        one = cause(account)
        for _ in range(2):
            make(account, **{name: one})

    return breach


def line(**fields: Any) -> Breach:
    """An invoice over one line with these fields."""
    return lambda account: factory.line(account, **fields)


def same_key(account: Account) -> None:
    for _ in range(2):
        StoredResponse.objects.create(
            scope="s", key="k", body_digest="d", answer_kind="a", answer_id="1", status=201, recorded_at=NOW
        )


def same_position(account: Account) -> None:
    invoice = factory.bare_invoice(account)
    for _ in range(2):
        factory.line(account, invoice=invoice, position=1)


def same_number(account: Account) -> None:
    one = factory.invoice(account)
    other = factory.bare_invoice(account)
    Invoice.objects.filter(pk=other.pk).update(number=Invoice.objects.get(pk=one.pk).number)


def credited_twice(account: Account) -> None:
    paid = factory.line(account)
    for _ in range(2):
        factory.invoice(account, lines=[{**CREDIT, "credits": paid}])


def undone_twice(account: Account) -> None:
    change = factory.change(account)
    for _ in range(2):
        factory.change(account, undoes=change)


def undoes_itself(account: Account) -> None:
    own = uuid4()
    factory.change(account, id=own, undoes_id=own)


def same_prefix(_: Account) -> None:
    other = other_seller()
    for kind in ("invoice", "credit_note"):
        Series.objects.create(seller=other, mode="live", kind=kind, prefix="X-")


def other_seller() -> Seller:
    return Seller.objects.create(
        name="Other", time_zone="UTC", support_name="S", support_email="s@o.example", country="DE"
    )


def same_series(account: Account) -> None:
    Series.objects.create(seller=account.seller, mode="live", kind="invoice", prefix="X-")


def no_number(_: Account) -> None:
    Series.objects.create(seller=other_seller(), mode="live", kind="invoice", prefix="X-", next=0)


def second_owner(account: Account) -> None:
    factory.member(account, role="owner")


CONSTRAINTS: Final[dict[str, Breach]] = {
    "history_entry_actor_is_named": lambda a: factory.entry(a, actor_kind="member"),
    "history_storedresponse_key": same_key,
    "gateways_sandboxcharge_amount": lambda _: factory.charge(amount_minor=0),
    "gateways_sandboxcharge_refunded_at": lambda _: factory.charge(outcome="refunded"),
    "catalog_version_number": lambda _: factory.version(CatalogVersion, number=0),
    "policy_version_number": lambda _: factory.version(PolicyVersion, number=0),
    "accounts_person_small_letters": lambda _: factory.person(email="A@b.example"),
    "accounts_seller_country": lambda a: type(a.seller).objects.filter(pk=a.seller_id).update(country="France"),
    "accounts_account_clock": lambda a: Account.objects.filter(pk=a.pk).update(clock_at=NOW),
    "accounts_account_tax_rate": lambda a: Account.objects.filter(pk=a.pk).update(tax_rate=Decimal("1.01")),
    "accounts_member_one_owner": second_owner,
    "accounts_member_once": shared(factory.member, "person", lambda _: factory.person()),
    "accounts_vendorkey_scope_is_known": lambda _: VendorKey.objects.create(
        name="shop", hash="0", created_at=NOW, scope="all"
    ),
    "accounts_formername_once": lambda _: [factory.former_name(person=one) for one in [factory.person()] * 2],
    "accounts_addresschange_asked_once": lambda _: [
        factory.address_change(person=one) for one in [factory.person()] * 2
    ],
    "accounts_addresschange_changed_after": lambda _: factory.address_change(changed_at=NOW - timedelta(days=1)),
    "accounts_identity_once": lambda _: [factory.identity() for _ in range(2)],
    "accounts_staff_once": lambda _: [factory.staff(person=one) for one in [factory.person()] * 2],
    "accounts_staff_ends_after": lambda _: factory.staff(ended_at=NOW - timedelta(days=1)),
    "accounts_purchaselimit_seats": lambda a: PurchaseLimit.objects.create(account=a, seats=-1),
    "accounts_purchaselimit_amount": lambda a: PurchaseLimit.objects.create(account=a, amount_minor=-1),
    "accounts_override_one_live": twice(factory.override, capability="add_seats"),
    "accounts_override_ends_after": lambda a: factory.override(a, ended_at=NOW - timedelta(days=1)),
    "accounts_override_author_is_named": lambda a: factory.override(a, author_kind="member"),
    "seats_capacity_product": twice(factory.capacity),
    "seats_capacity_bought": lambda a: factory.capacity(a, bought=-1),
    "seats_capacity_light_agents": lambda a: factory.capacity(a, light_agents=-1),
    "seats_seen_once": shared(factory.seen, "member", factory.member),
    "seats_assignment_once": shared(factory.assignment, "member", factory.member),
    "seats_assignment_ends_after": lambda a: factory.assignment(a, ended_at=NOW - timedelta(days=1)),
    "jobs_round_failures": lambda _: Round.objects.create(began_at=factory.NOW, failures=-1),
    "jobs_round_one": lambda _: Round.objects.create(id=2, began_at=factory.NOW),
    "seats_capacity_used": lambda a: factory.capacity(a, used=-1),
    "subscriptions_quote_actor_is_named": lambda a: factory.quote(a, actor_kind="member"),
    "subscriptions_quote_expires_after": lambda a: factory.quote(a, expires_at=NOW),
    "subscriptions_request_one_open": twice(factory.request),
    "subscriptions_request_closed": lambda a: factory.request(a, state="withdrawn"),
    "subscriptions_request_accepted": lambda a: factory.request(a, order=factory.order(a), state="withdrawn"),
    "subscriptions_request_overtaken": lambda a: factory.request(
        a, state="overtaken", closed_at=NOW, closed_by_kind="system"
    ),
    "subscriptions_request_expires_after": lambda a: factory.request(a, expires_at=NOW),
    "subscriptions_order_once": shared(factory.order, "quote", factory.quote),
    "subscriptions_order_actor_is_named": lambda a: factory.order(a, actor_kind="member"),
    "subscriptions_change_position": twice(factory.change, position=1),
    "subscriptions_change_undone_once": undone_twice,
    "subscriptions_change_position_counts": lambda a: factory.change(a, position=0),
    "subscriptions_change_undoes_another": undoes_itself,
    "subscriptions_checkpoint_on": twice(factory.checkpoint),
    "subscriptions_checkpoint_position": lambda a: factory.checkpoint(a, position=-1),
    "subscriptions_item_once": lambda a: [factory.item(a, ends_on=end) for end in (None, TODAY + timedelta(days=1))],
    "subscriptions_item_ends_after": lambda a: factory.item(a, ends_on=TODAY),
    "subscriptions_item_quantity": lambda a: factory.item(a, quantity=0),
    "subscriptions_item_temporary": lambda a: factory.item(a, temporary=-1),
    "subscriptions_item_rate": lambda a: factory.item(a, rate=Decimal(-1)),
    "invoices_series_one": same_series,
    "invoices_series_prefix": same_prefix,
    "invoices_series_next": no_number,
    "invoices_invoice_number": same_number,
    "invoices_invoice_number_counts": lambda a: factory.bare_invoice(a, number=0),
    "invoices_invoice_total": lambda a: factory.bare_invoice(a, total=1),
    "invoices_invoice_sign": lambda a: factory.bare_invoice(a, kind="credit_note"),
    "invoices_invoice_due_after": lambda a: factory.bare_invoice(a, due_on=TODAY - timedelta(days=1)),
    "invoices_line_position": same_position,
    "invoices_line_position_counts": lambda a: factory.line(a, invoice=factory.bare_invoice(a), position=0),
    "invoices_line_described": line(description={"fr": "Suite"}),
    "invoices_line_quantity": line(quantity=0),
    "invoices_line_unit_price": line(unit_price=Decimal(-1)),
    "invoices_line_tax_rate": line(tax_rate=Decimal("1.2")),
    "invoices_line_span_in_period": line(span=Span(JANUARY.start, JANUARY.end + timedelta(days=1))),
    "invoices_line_amount": line(gross=CHARGE["gross"] + 1),
    "invoices_line_sign": line(gross=-1_000, discount=0, amount=-1_000),
    "invoices_line_credited_once": credited_twice,
    "invoices_coverage_once": lambda a: [factory.coverage(a, span=Span(JANUARY.start, JANUARY.end)) for _ in range(2)],
    "notices_unwanted_once": lambda _: [
        Unwanted.objects.create(person=one, about="changes") for one in [factory.person()] * 2
    ],
    "notices_told_once": twice(factory.told, entry_id=uuid4()),
    "jobs_parked_once": twice(factory.parked),
    "jobs_parked_tries": lambda a: factory.parked(a, tries=0),
    "notices_nottold_once": twice(factory.not_told, entry_id=uuid4()),
    "notices_nottold_tries": lambda a: factory.not_told(a, tries=-1),
    "notices_email_once": lambda a: [
        factory.email(a, told=told, member=member) for told, member in [(factory.told(a), factory.member(a))] * 2
    ],
    "notices_personal_sent": lambda _: factory.personal_email(state="sent", sent_at=NOW, text="a link"),
    "notices_personal_tries": lambda _: factory.personal_email(tries=-1),
    "notices_email_sent": lambda a: factory.email(a, state="sent"),
    "notices_email_tries": lambda a: factory.email(a, tries=-1),
    "payments_method_token": lambda a: factory.method(a, kind="card", token=""),
    "payments_attempt_one_open": twice(factory.attempt, state="open", finished_at=None),
    "payments_attempt_for_one": lambda a: factory.attempt(a, invoice=factory.invoice(a), quote=factory.quote(a)),
    "payments_attempt_amount": lambda a: factory.attempt(a, amount_minor=0),
    "payments_attempt_gateway": lambda a: factory.attempt(a, gateway=""),
    "payments_attempt_finished": lambda a: factory.attempt(a, state="open"),
    "payments_attempt_actor_is_named": lambda a: factory.attempt(a, actor_kind="member"),
    "payments_payment_once": shared(factory.payment, "attempt", factory.attempt),
    "payments_payment_amount": lambda a: factory.payment(a, amount_minor=0),
    "payments_payment_undone_once": shared(factory.payment, "reverses", factory.payment),
    "payments_payment_source": lambda a: factory.payment(a, source="staff", attempt=factory.attempt(a)),
    "payments_bankentry_once": lambda _: [factory.bank_entry(entry="7") for _ in range(2)],
    "payments_bankentry_entry": lambda _: factory.bank_entry(entry=""),
    "payments_bankentry_amount": lambda _: factory.bank_entry(amount_minor=0),
    "payments_refund_finished": lambda a: factory.refund(a, state="open", finished_at=NOW),
    "payments_refund_amount": lambda a: factory.refund(a, amount_minor=0),
    "payments_allocation_one_source": lambda a: factory.allocation(
        a, payment=factory.payment(a), credit_note=factory.credit_note(a)
    ),
    "payments_allocation_one_target": lambda a: factory.allocation(
        a, payment=(paid := factory.payment(a)), refund=factory.bare_refund(a, payment=paid), invoice=factory.invoice(a)
    ),
    "payments_allocation_undone_once": shared(factory.allocation, "reverses", factory.allocation),
    "payments_allocation_amount": lambda a: factory.allocation(a, amount=0),
    "gateways_sandboxrefund_amount": lambda _: factory.sandbox_refund(amount_minor=0),
}


def without_lines(account: Account) -> None:
    invoice = factory.bare_invoice(account, net=0, tax=0)
    factory.allot(invoice)


def wrong_sums(account: Account) -> None:
    invoice = factory.bare_invoice(account, net=1, tax=1)
    factory.line(account, invoice=invoice)
    factory.allot(invoice)


def covered_by_what_is_charged_once(account: Account) -> None:
    factory.coverage(account, line=factory.line(account, charge_type="one_off"))


def late_line(account: Account) -> None:
    factory.line(account, invoice=factory.invoice(account))


def gap(account: Account) -> None:
    invoice = factory.bare_invoice(account)
    factory.line(account, invoice=invoice, position=1)
    Series.objects.filter(pk=invoice.series_id).update(next=100)
    Invoice.objects.filter(pk=invoice.pk).update(number=99)


def foreign_series(account: Account) -> None:
    sandbox = Series.objects.get(seller=account.seller, mode="sandbox", kind="invoice")
    factory.invoice(account, series=sandbox)


def too_much(account: Account) -> None:
    factory.allocation(account, amount=14_401)


def more_than_left(account: Account) -> None:
    payment = factory.payment(account, amount_minor=100)
    for _ in range(2):
        factory.allocation(account, payment=payment, amount=60)


def paid_by_the_sandbox(account: Account) -> None:
    """A payment of an attempt from before the sandbox gateway was refused for live accounts."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_attempt DISABLE TRIGGER USER")
        tried = factory.attempt(account, gateway="sandbox")
        connection.check_constraints()
        cursor.execute("ALTER TABLE payments_attempt ENABLE TRIGGER USER")
    factory.payment(account, attempt=tried)


def reopened(account: Account) -> None:
    closed = factory.request(account, state="withdrawn", closed_at=NOW, closed_by_kind="vendor")
    type(closed).objects.filter(pk=closed.pk).update(state="open", closed_at=None, closed_by_kind=None)


TRIGGERS: Final[dict[str, Breach]] = {
    "owned": lambda a: Member.objects.filter(account=a, role="owner").update(removed_at=NOW),
    "made_so": lambda a: Account.objects.filter(pk=a.pk).update(sandbox=True, clock_at=NOW),
    "clock_forward": lambda _: Account.objects.filter(pk=factory.account(sandbox=True).pk).update(
        clock_at=NOW - timedelta(1)
    ),
    "forward": lambda a: (factory.invoice(a), Series.objects.filter(next=2).update(next=1)),
    "gapless": gap,
    "numbered": lambda a: factory.line(a, invoice=factory.bare_invoice(a)),
    "has_lines": without_lines,
    "adds_up": wrong_sums,
    "own_series": foreign_series,
    "still_open": late_line,
    "recurring_only": covered_by_what_is_charged_once,
    "closed": reopened,
    "number_stays": lambda a: Invoice.objects.filter(pk=factory.invoice(a).pk).update(number=77),
    "within_attempt": lambda a: factory.payment(a, attempt=factory.attempt(a, amount_minor=5), amount_minor=6),
    "sandbox_only": lambda a: factory.attempt(a, gateway="sandbox"),
    "sandbox_paid_only": paid_by_the_sandbox,
    "within_invoice": too_much,
    "within_source": more_than_left,
    "settles": lambda a: factory.allocation(a, invoice=factory.credit_note(a)),
    "mirrors": lambda a: factory.payment(a, reverses=factory.payment(a), source="staff", attempt_id=None),
    "within_entry": lambda a: [factory.payment(a, bank_entry=entry) for entry in [factory.bank_entry()] * 2],
    "unused": lambda a: factory.payment(a, reverses=factory.allocation(a).payment),
    "within_payment": lambda a: [
        factory.refund(a, payment=paid, amount_minor=7_201) for paid in [factory.payment(a)] * 2
    ],
    "refund_over": lambda a: Refund.objects.filter(pk=factory.refund(a).pk).update(state="failed"),
    "covered": factory.bare_refund,
}
SEVERAL_NAMES: Final = {
    "complete": {"numbered", "has_lines", "adds_up"},
    "in_series": {"own_series", "gapless"},
    "all_used": {"gapless"},
    "within": {"within_invoice", "within_source", "settles"},
    "booked": {"mirrors", "within_entry"},
}
"""Triggers that refuse under several names of rules."""
EVERYWHERE: Final = {"frozen", "kept"}


@pytest.fixture
def account() -> Account:
    return factory.account()


@pytest.mark.parametrize("name", [*CONSTRAINTS, *TRIGGERS])
def test_the_database_refuses(name: str, account: Account) -> None:
    with refused(name):
        {**CONSTRAINTS, **TRIGGERS}[name](account)


def test_a_live_account_has_no_method_of_the_sandbox_gateway_and_a_sandbox_account_has(account: Account) -> None:
    with refused("sandbox_only"):
        factory.method(account, gateway="sandbox")
    trial = factory.account(sandbox=True)
    factory.method(trial, gateway="sandbox")
    factory.payment(trial)
    factory.method(account, kind="invoice", gateway="", token="")


def test_every_rule_of_every_table_is_tried() -> None:
    names = {
        constraint.name
        for model in models()
        for constraint in model._meta.constraints
        if not isinstance(constraint, SameAccount) and not constraint.name.endswith("_account_id")
    }
    assert names == set(CONSTRAINTS)
    triggers = {trigger.name for model in models() for trigger in getattr(model._meta, "triggers", ())}
    assert triggers == (set(TRIGGERS) - set().union(*SEVERAL_NAMES.values())) | set(SEVERAL_NAMES) | EVERYWHERE


def test_a_row_never_points_into_another_account(account: Account) -> None:
    other = factory.account()
    makers = factory.every_row(account)
    tried = 0
    for model in models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, SameAccount):
                target: Any = model._meta.get_field(constraint.field).related_model
                with refused(constraint.name):
                    elsewhere = makers[target](other)
                    makers[model](account, **{constraint.field: elsewhere})
                tried += 1
    assert tried >= 14


def test_a_fact_is_never_changed_or_deleted(account: Account) -> None:
    for model, make in factory.every_row(account).items():
        triggers = {trigger.name for trigger in getattr(model._meta, "triggers", ())}
        row = make(account)
        if "frozen" in triggers and model is not Attempt:
            with pytest.raises(IntegrityError), transaction.atomic():
                model._default_manager.filter(pk=row.pk).update(account=factory.account())
        if "kept" in triggers:
            with pytest.raises(IntegrityError), transaction.atomic():
                model._default_manager.filter(pk=row.pk).delete()


def test_a_column_of_codes_takes_no_other_word() -> None:
    tried = 0
    for model in models():
        own = [field.column for field in model._meta.concrete_fields if isinstance(field, CodeField | CurrencyField)]
        if not own:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE copy (LIKE {model._meta.db_table} INCLUDING CONSTRAINTS)")
            for field in model._meta.concrete_fields:
                cursor.execute(f'ALTER TABLE copy ALTER COLUMN "{field.column}" DROP NOT NULL')
            for column in own:
                with pytest.raises(IntegrityError, match="check constraint"), transaction.atomic():
                    cursor.execute(f"INSERT INTO copy ({column}) VALUES ('no such code')")
                tried += 1
            cursor.execute("DROP TABLE copy")
    assert tried > 15


def models() -> Iterator[type[Model]]:
    return (model for model in apps.get_models() if model.__module__.startswith("bursar."))


def test_a_row_that_reverses_another_repeats_it(account: Account) -> None:
    allocated = factory.allocation(account, amount=100)
    for fields in ({"amount": -99}, {"invoice_id": factory.invoice(account).id}, {"payment_id": uuid4()}):
        with refused("mirrors"):
            factory.allocation(account, reverses=allocated, **fields)
    undone = factory.allocation(account, reverses=allocated)
    with refused("mirrors"):
        factory.allocation(account, reverses=undone)
    paid = factory.payment(account)
    with refused("mirrors"):
        factory.payment(account, reverses=paid, amount_minor=-1)
    taken_out = factory.payment(account, reverses=paid)
    with refused("mirrors"):
        factory.payment(account, reverses=taken_out, amount_minor=1)


def test_what_an_allocation_pays_for_is_open_again_once_it_is_reversed(account: Account) -> None:
    invoice, paid = factory.invoice(account), factory.payment(account)
    allocated = factory.allocation(account, invoice=invoice, payment=paid)
    with refused("within_invoice"):
        factory.allocation(account, invoice=invoice)
    factory.allocation(account, reverses=allocated)
    factory.allocation(account, invoice=invoice, payment=paid)


def test_a_refund_is_of_its_own_payment_and_of_one_that_is_in_the_books(account: Account) -> None:
    refund, other = factory.refund(account), factory.payment(account)
    with refused("settles"):
        factory.allocation(account, refund=refund, invoice=None, payment=other, amount=100)
    factory.payment(account, reverses=other)
    with refused("within_payment"):
        factory.refund(account, payment=other)
    with refused("unused"):
        factory.payment(account, reverses=factory.refund(account).payment)
    with refused("covered"):
        factory.allocation(account, reverses=Allocation.objects.get(refund=factory.refund(account)))


def test_an_entry_of_the_bank_pays_the_accounts_of_its_seller_and_again_after_it_was_undone(account: Account) -> None:
    entry, other = factory.bank_entry(), factory.account()
    first = factory.payment(account, bank_entry=entry, amount_minor=14_000)
    with refused("within_entry"):
        factory.payment(other, bank_entry=entry, amount_minor=401)
    factory.payment(other, bank_entry=entry, amount_minor=400)
    factory.payment(account, reverses=first)
    factory.payment(other, bank_entry=entry, amount_minor=14_000)
    for fields in ({"mode": "sandbox"}, {"currency": "USD"}):
        with refused("within_entry"):
            factory.payment(account, bank_entry=factory.bank_entry(**fields))
