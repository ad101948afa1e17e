"""What the upgrade does with live accounts that the sandbox gateway paid for, and what the doctor says of them then."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import override

import bank
import factory
from api_client import ApiClient
from bursar.accounts.models import Account
from bursar.catalog.queries import current as catalog
from bursar.cli.checks import money
from bursar.core.billing.payment import Method
from bursar.core.events import read_event
from bursar.gateways.models import SandboxCharge
from bursar.history.models import Entry
from bursar.i18n.history import Story
from bursar.jobs.invariants import violations
from bursar.payments.models import Attempt, Payment
from bursar.payments.queries import method
from bursar.payments.received import movements, payments, refunds
from bursar.policy.queries import current as policy
from factory import NOW, TODAY

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("payments", "0001_initial")]


@pytest.fixture
def before(vendor: None) -> Iterator[Any]:
    """The models of payments as they were; afterwards the tables are those of today again."""
    ApiClient()
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    try:
        yield executor.loader.project_state(BEFORE).apps
    finally:
        upgrade()


def upgrade() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def pays(before: Any, account: Account, kind: str = "card") -> None:
    token = "" if kind == "invoice" else "ok"
    before.get_model("payments", "Method").objects.create(
        account_id=account.id, kind=kind, token=token, recorded_at=NOW
    )


def tried(before: Any, account: Account, state: str, charge: str = "", **cause: Any) -> Any:
    money = {"amount_minor": 14_400, "currency": "EUR", "method_kind": "card", "token": "ok"}
    when = {"on": TODAY, "created_at": NOW, "expires_at": NOW, "finished_at": None if state == "open" else NOW}
    attempt = before.get_model("payments", "Attempt").objects.create(
        account_id=account.id, state=state, actor_kind="vendor", **cause, **money, **when
    )
    if charge:
        factory.charge(key=str(attempt.id), outcome=charge)
    return attempt


def told(account: Account) -> list[str]:
    """The history of an account in words, in both languages."""
    story = Story({}, policy(), catalog(), prices=True, invoices=True)
    said = []
    for language in ("en", "fr"):
        with override(language):
            entries = Entry.objects.filter(account_id=account.id, actor_kind="system").order_by("id")
            said += [
                sentence
                for entry in entries
                for sentence in story.what(read_event(entry.kind, entry.data, entry.version))
            ]
    return said


def test_live_accounts_with_a_card_of_the_sandbox_gateway_pay_on_invoice_terms(before: Any) -> None:
    card, debit, invoiced, nothing = (factory.account() for _ in range(4))
    trial = factory.account(sandbox=True)
    for account, kinds in ((card, ["card"]), (debit, ["card", "debit"]), (invoiced, ["card", "invoice"])):
        for kind in kinds:
            pays(before, account, kind)
    pays(before, trial)
    upgrade()
    for account in (card, debit, invoiced, nothing):
        assert method(account.id) == Method()
    assert method(trial.id) == Method("card", "ok", "sandbox")
    assert told(card) == [
        "Payment type: card → bank transfer on invoice. The sandbox gateway pays for sandbox accounts only.",
        "Type de paiement\u00a0: carte → virement à réception de facture. "
        "La passerelle de test ne paie que pour les comptes de bac à sable.",
    ]
    assert told(debit)[0].startswith("Payment type: direct debit → bank transfer on invoice.")
    assert told(invoiced) == told(nothing) == told(trial) == []
    upgrade()
    assert len(told(card)) == 2


@pytest.mark.parametrize(
    ("charge", "after"),
    [("pending", "cancelled"), ("succeeded", "refunded"), ("declined", "declined"), ("", "cancelled")],
)
def test_what_they_had_open_there_is_given_up_for_good(before: Any, charge: str, after: str) -> None:
    account, trial = factory.account(), factory.account(sandbox=True)
    invoice = factory.invoice(account)
    waiting = tried(before, account, "open", charge, invoice_id=invoice.id)
    kept = tried(before, trial, "open", "pending", quote_id=factory.quote(trial).id)
    upgrade()
    row = Attempt.objects.get(pk=waiting.id)
    assert (row.state, row.reason, row.gateway) == ("cancelled", "sandbox_gateway", "sandbox")
    assert SandboxCharge.objects.get(pk=str(waiting.id)).outcome == after
    assert told(account)[0] == ("A payment did not come through: the sandbox gateway pays for sandbox accounts only.")
    assert Attempt.objects.get(pk=kept.id).state == "open"
    assert SandboxCharge.objects.get(pk=str(kept.id)).outcome == "pending"
    assert "attempts_end" not in {violation.rule for violation in violations(NOW) if violation.account_id == account.id}


def test_the_doctor_lists_what_was_paid_without_money(before: Any) -> None:
    account, trial = factory.account(), factory.account(sandbox=True)
    for one in (account, trial):
        invoice = factory.invoice(one)
        attempt = tried(before, one, "succeeded", "succeeded", invoice_id=invoice.id)
        came = {"attempt_id": attempt.id, "amount_minor": 14_400, "currency": "EUR", "on": TODAY}
        paid = before.get_model("payments", "Payment").objects.create(account_id=one.id, recorded_at=NOW, **came)
        before.get_model("payments", "Allocation").objects.create(
            account_id=one.id, payment_id=paid.id, invoice_id=invoice.id, amount=14_400, recorded_at=NOW
        )
    upgrade()
    assert Payment.objects.count() == 2
    [check] = money.paid_without_money()
    assert check.state == "warning"
    assert f"account {account.id}: €144.00 for live-invoice-000001" in check.finding
    assert str(trial.id) not in check.finding


def test_money_that_went_back_was_paid_and_covers_its_refund(before: Any) -> None:
    account = factory.account()
    late = tried(before, account, "refunded", quote_id=factory.quote(account).id)
    before.get_model("payments", "Refund").objects.create(
        account_id=account.id, attempt_id=late.id, amount_minor=14_400, recorded_at=NOW
    )
    upgrade()
    [row] = payments(account.id, limit=9)
    assert (row.source, row.attempt_id, row.on, row.refunded, row.unused) == ("attempt", late.id, TODAY, 14_400, 0)
    [back] = refunds(account.id, [row.id])
    assert (back.state, back.reason, back.on, back.amount_minor) == ("succeeded", "late", TODAY, 14_400)
    assert [(movement.kind, movement.amount_minor) for movement in movements(account.id)] == [
        ("payment", 14_400),
        ("refund", -14_400),
    ]
    assert [violation for violation in violations(NOW) if violation.account_id == account.id] == []
    assert list(money.paid_without_money()) == []


def test_the_doctor_says_when_live_accounts_have_no_gateway(vendor: None, settings: Any) -> None:
    [check] = money.gateways()
    assert (check.state, check.finding) == ("ok", "sandbox connected")
    assert list(money.paid_without_money()) == []
    live = factory.account()
    [check] = money.gateways()
    assert check.state == "warning" and "1 there" in check.finding and "invoice terms only" in check.finding
    bank.connect(settings)
    assert [gateway.state for gateway in money.gateways()] == ["ok"]
    factory.method(live, gateway="bank")
    assert [gateway.state for gateway in money.gateways()] == ["ok"]
    settings.GATEWAYS = {"sandbox": settings.GATEWAYS["sandbox"]}
    [check] = money.gateways()
    assert check.state == "wrong" and "bank" in check.finding
