"""Money from anywhere and money that goes back, by many at once and through gateways that fail: it moves once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api_client import TEAM_10, ApiClient, temporary
from at_once import at_once
from bursar.checkout import confirm, hear, journal_of_account, pay, record_payment, refund, undo_payment
from bursar.core.billing.booking import Booking, EntryBooked
from bursar.core.billing.gateway import ForgedEvent
from bursar.core.billing.payment import Method, PaymentOpen
from bursar.core.billing.refund import MoneyInUse, PaymentUndone, RefundTooHigh
from bursar.core.money.money import Money
from bursar.core.policy.policy import VENDOR, Actor, Vendor
from bursar.core.policy.refusal import Refused
from bursar.gateways.models import SandboxCharge, SandboxRefund
from bursar.gateways.protocol import RefundResult
from bursar.gateways.sandbox import Sandbox
from bursar.history.models import Entry
from bursar.jobs.invariants import violations
from bursar.jobs.steps import run_once
from bursar.payments.models import Attempt, BankEntry, Payment, Refund
from bursar.payments.queries import method_and_balance, open_amounts
from bursar.payments.received import payment

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
TODAY = date(2026, 1, 1)
WHOLE = 19_000
"""The first invoice."""


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def opened(api: ApiClient, token: str = "needs_authentication", **fields: Any) -> tuple[UUID, UUID]:
    """An account on invoice terms with an open invoice of 190.00, and a payment of it by card that waits."""
    path = api.account(**fields)
    api.take(path, TEAM_10)
    account = UUID(path.rpartition("/")[2])
    [invoice] = open_amounts(account)
    if token:
        pay(account, invoice, Method("card", token), actor=VENDOR, now=NOW)
    return account, invoice


def booked(account: UUID, amount: int = WHOLE, *, entry: str = "", actor: Actor = VENDOR, **fields: Any) -> UUID:
    booking = Booking(Money(amount, "EUR"), TODAY, entry=entry, **fields)
    return record_payment(account, booking, actor=actor, now=NOW)


def paid_twice(api: ApiClient, **fields: Any) -> tuple[UUID, UUID]:
    """An account that paid its invoice by transfer while its card was still asked, and the payment by card."""
    account, _ = opened(api, **fields)
    booked(account)
    confirm(Attempt.objects.get(account_id=account).id, "succeeded", now=NOW)
    return account, Payment.objects.get(account_id=account, source="attempt").id


def back(account: UUID, payment_id: UUID, amount: int, actor: Actor = VENDOR) -> UUID:
    return refund(account, payment_id, Money(amount, "EUR"), reason="duplicate", actor=actor, now=NOW)


def sound() -> None:
    assert list(violations(NOW, deep=True)) == []


def test_what_was_paid_twice_goes_back_in_parts_and_never_beyond_the_payment(api: ApiClient) -> None:
    account, card = paid_twice(api)
    assert (payment(account, card).unused, method_and_balance(account).balance) == (WHOLE, -WHOLE)
    back(account, card, 4_000)
    assert SandboxCharge.objects.get().outcome == "succeeded"
    with pytest.raises(RefundTooHigh):
        back(account, card, WHOLE - 3_999)
    back(account, card, WHOLE - 4_000)
    assert SandboxCharge.objects.get().outcome == "refunded"
    assert sorted(SandboxRefund.objects.values_list("amount_minor", flat=True)) == [4_000, WHOLE - 4_000]
    assert set(Refund.objects.values_list("state", flat=True)) == {"succeeded"}
    assert (payment(account, card).unused, method_and_balance(account).balance) == (0, 0)
    journal = journal_of_account(account)
    assert (
        f"2026-01-01 refund 3\n  {'cash':<32} {'-40.00':>14} EUR\n  {'receivable':<32} {'40.00':>14} EUR\n" in journal
    )
    assert journal.count("payment") == journal.count("refund") == 2
    sound()


def test_money_that_pays_for_an_invoice_stays_there(api: ApiClient) -> None:
    account, invoice = opened(api, "")
    transfer = booked(account)
    with pytest.raises(MoneyInUse):
        back(account, transfer, 1)
    assert open_amounts(account)[invoice] == 0
    too_much = booked(account, 500)
    back(account, too_much, 200)
    assert Refund.objects.get().state == "succeeded"
    assert payment(account, too_much).unused == 300
    sound()


@pytest.mark.parametrize("parts", [(WHOLE, WHOLE), (7_000, 7_000, 7_000)])
def test_refunds_of_one_payment_at_once_never_exceed_it(api: ApiClient, parts: tuple[int, ...]) -> None:
    account, card = paid_twice(api)

    def act(turn: int) -> str:
        back(account, card, parts[turn])
        return "done"

    assert at_once(len(parts), act) == {"done": len(parts) - 1, "refund_too_high": 1}
    returned = sum(SandboxRefund.objects.filter(outcome="succeeded").values_list("amount_minor", flat=True))
    assert returned == sum(parts[1:]) <= WHOLE
    assert returned == sum(Refund.objects.values_list("amount_minor", flat=True))
    sound()


def test_an_entry_of_the_bank_is_booked_once_for_whatever_account(api: ApiClient) -> None:
    accounts = [opened(api, "", owner={"name": "Owner", "email": f"o{one}@acme.example"})[0] for one in range(2)]

    def act(turn: int) -> str:
        booked(accounts[turn % 2], entry="2026-01/7")
        return "done"

    assert at_once(4, act) == {"done": 1, "entry_booked": 3}
    assert (BankEntry.objects.count(), Payment.objects.count()) == (1, 1)
    sound()


def test_what_was_booked_for_the_wrong_account_is_undone_and_booked_for_the_right_one(api: ApiClient) -> None:
    (wrong, billable), (right, paid) = (
        opened(api, "", owner={"name": "Owner", "email": f"o{one}@acme.example"}) for one in range(2)
    )
    mistake = booked(wrong, entry="2026-01/7")
    with pytest.raises(EntryBooked):
        booked(right, entry="2026-01/7")
    undo_payment(wrong, mistake, actor=VENDOR, now=NOW)
    assert (open_amounts(wrong)[billable], method_and_balance(wrong).balance) == (WHOLE, WHOLE)
    assert payment(wrong, mistake).undone
    booked(right, entry="2026-01/7")
    assert open_amounts(right)[paid] == 0
    with pytest.raises(PaymentUndone):
        undo_payment(wrong, mistake, actor=VENDOR, now=NOW)
    with pytest.raises(PaymentUndone):
        back(wrong, mistake, 1)
    told = Entry.objects.filter(account_id=wrong, kind__startswith="payment_").order_by("id")
    assert list(told.values_list("kind", flat=True)) == ["payment_received", "payment_undone"]
    assert f"2026-01-01 reversal 2\n  {'cash':<32} {'-190.00':>14} EUR\n" in journal_of_account(wrong)
    sound()


def test_other_money_of_the_account_pays_for_what_is_open_again(api: ApiClient) -> None:
    account, invoice = opened(api, "")
    mistake, rest = booked(account), booked(account)
    undo_payment(account, mistake, actor=VENDOR, now=NOW)
    assert (open_amounts(account)[invoice], payment(account, rest).unused) == (0, 0)
    sound()


def test_a_booking_pays_the_invoices_that_it_names_first(api: ApiClient) -> None:
    account, first = opened(api, "")
    path = f"/accounts/{account}"
    second = UUID(api.take(path, {**TEAM_10, "product": "voice", "plan": "standard"})["invoice"]["id"])
    booked(account, 1_000, invoices=(second,))
    assert (open_amounts(account)[first], open_amounts(account)[second]) == (WHOLE, 28_000)
    sound()


def credited(api: ApiClient, token: str) -> tuple[UUID, UUID, int]:
    """An account that paid by card, and has a credit note that no invoice needs; its payment, and how much that is."""
    account, invoice = opened(api, token)
    card = Payment.objects.get(account_id=account).id
    path = f"/accounts/{account}"
    added = api.take(path, temporary("2026-01-10", "2026-01-20"))
    booked(account, open_amounts(account)[UUID(added["invoice"]["id"])])
    note = api.ok("DELETE", f"{path}/changes/{added['changes'][0]['id']}")["invoice"]
    assert (note["kind"], open_amounts(account)[invoice]) == ("credit_note", 0)
    return account, card, note["open"]["amount_minor"]


def test_credit_that_no_invoice_needs_goes_back_out_of_a_payment(api: ApiClient) -> None:
    account, card, credit = credited(api, "ok")
    with pytest.raises(MoneyInUse):
        back(account, card, credit + 1)
    back(account, card, credit)
    assert SandboxRefund.objects.get().amount_minor == credit
    assert (payment(account, card).as_refundable.refundable, method_and_balance(account).balance) == (WHOLE - credit, 0)
    sound()


def test_a_refund_that_the_gateway_declines_leaves_the_money_as_credit(api: ApiClient) -> None:
    account, card, credit = credited(api, "refund_declined")
    back(account, card, credit)
    failed = Refund.objects.get()
    assert (failed.state, failed.failure) == ("failed", "refund_declined")
    assert (payment(account, card).as_refundable.refundable, method_and_balance(account).balance) == (WHOLE, -credit)
    told = Entry.objects.filter(kind__contains="refund").order_by("id")
    assert list(told.values_list("kind", flat=True)) == ["payment_refunded", "refund_failed"]
    assert "refund" not in journal_of_account(account)
    sound()


class Breaks(Sandbox):
    """A gateway that cannot be reached, or whose answer is lost."""

    answers = False

    def refund(self, key: str, charge: str, amount: Money) -> RefundResult:
        if self.answers:
            super().refund(key, charge, amount)
        raise ConnectionError("no answer")


class Loses(Breaks):
    answers = True


@pytest.mark.parametrize("kind", ["Breaks", "Loses"])
def test_a_refund_whose_answer_is_lost_is_finished_by_the_worker_and_goes_back_once(
    api: ApiClient, settings: Any, kind: str
) -> None:
    account, card = paid_twice(api)
    usual = settings.GATEWAYS
    settings.GATEWAYS = {"sandbox": f"{__name__}.{kind}"}
    with pytest.raises(ConnectionError):
        back(account, card, WHOLE)
    assert Refund.objects.get().state == "open"
    with pytest.raises(RefundTooHigh):
        back(account, card, 1)
    sound()
    settings.GATEWAYS = usual
    for _ in range(2):
        run_once(datetime.now(UTC) + timedelta(minutes=2))
    assert Refund.objects.get().state == "succeeded"
    assert SandboxRefund.objects.get().amount_minor == WHOLE
    sound()


def test_while_a_payment_waits_nothing_goes_back_and_what_came_is_booked(api: ApiClient) -> None:
    account, _ = opened(api)
    transfer = booked(account, WHOLE + 100)
    with pytest.raises(PaymentOpen):
        back(account, transfer, 100)


def test_an_event_that_arrives_twice_counts_once_and_a_forged_one_not_at_all(api: ApiClient) -> None:
    account, invoice = opened(api)
    attempt, sandbox = Attempt.objects.get(), Sandbox()
    event = sandbox.event(str(attempt.id))
    assert hear("sandbox", event, {}, now=NOW) == "wait"
    sandbox.authenticate(str(attempt.id), "succeeded")
    assert [hear("sandbox", event, {}, now=NOW) for _ in range(3)] == ["book", "nothing", "nothing"]
    assert (Payment.objects.count(), open_amounts(account)[invoice]) == (1, 0)
    for forged in (b"", b"{}", event[:-1], b"\xff" + event):
        with pytest.raises(ForgedEvent):
            hear("sandbox", forged, {}, now=NOW)
    for unknown in (str(uuid4()), "nothing of ours"):
        assert hear("sandbox", sandbox.event(unknown), {}, now=NOW) == "nothing"


def test_events_of_one_payment_at_once_book_it_once(api: ApiClient) -> None:
    account, _ = opened(api)
    attempt, sandbox = Attempt.objects.get(), Sandbox()
    sandbox.authenticate(str(attempt.id), "succeeded")
    event = sandbox.event(str(attempt.id))
    assert at_once(6, lambda _: hear("sandbox", event, {}, now=NOW)) == {"book": 1, "nothing": 5}
    assert Payment.objects.filter(account_id=account).count() == 1


@pytest.mark.parametrize(("role", "may"), [("support", False), ("sales", False), ("finance", True), ("admin", True)])
def test_only_staff_with_the_right_book_refund_and_undo(api: ApiClient, role: str, may: bool) -> None:
    account, _ = opened(api, "")
    clerk, mistake = Vendor(UUID(int=7), role=role), booked(account, WHOLE)
    too_much = booked(account, 100)
    acts: list[Callable[[], object]] = [
        lambda: booked(account, 1, actor=clerk),
        lambda: back(account, too_much, 50, clerk),
        lambda: undo_payment(account, mistake, actor=clerk, now=NOW),
    ]
    for act in acts:
        if may:
            act()
        else:
            with pytest.raises(Refused):
                act()
    assert Entry.objects.filter(kind="refused").count() == (0 if may else 3)
