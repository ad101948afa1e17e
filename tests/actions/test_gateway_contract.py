"""Each gateway keeps the promises of `gateways/protocol.py`. A new gateway gets a row in GATEWAYS here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.utils.translation import override

from bank import Bank
from bursar.core.billing.gateway import ForgedEvent
from bursar.core.money.money import Money
from bursar.gateways.protocol import ChargeResult, Gateway
from bursar.gateways.sandbox import Sandbox
from bursar.i18n.payment import decline_reason

pytestmark = pytest.mark.django_db(transaction=True)
PRICE, PART, REST = Money(1200, "EUR"), Money(400, "EUR"), Money(800, "EUR")
UNTIL = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """A gateway in its test mode: tokens for each of its answers, a payer who confirms, and an event that it sends."""

    gateway: Gateway
    ok: str
    declined: str
    pending: str
    confirm: Callable[[str], object]
    event: Callable[[str], tuple[bytes, Mapping[str, str]]]


def built_in(gateway: Sandbox) -> Case:
    """Return the sandbox gateway, or one that is made from it."""
    return Case(
        gateway=gateway,
        ok="ok",
        declined="declined_funds",
        pending="needs_authentication",
        confirm=lambda key: gateway.authenticate(key, "succeeded"),
        event=lambda key: (gateway.event(key), {}),
    )


GATEWAYS = [built_in(Sandbox()), built_in(Bank())]
each_gateway = pytest.mark.parametrize("case", GATEWAYS, ids=lambda case: type(case.gateway).__name__)


def charged(case: Case, token: str, key: str | None = None) -> tuple[str, ChargeResult]:
    key = key or str(uuid4())
    return key, case.gateway.charge(key, PRICE, token, UNTIL)


@each_gateway
def test_a_key_stands_for_one_charge_whatever_is_asked_under_it_later(case: Case) -> None:
    key, first = charged(case, case.ok)
    assert first == ChargeResult("succeeded") == case.gateway.find(key)
    assert charged(case, case.declined, key)[1] == first, "the first answer counts"
    assert case.gateway.find(str(uuid4())).answer == "unknown"


@each_gateway
def test_a_declined_charge_gives_a_reason_that_people_can_read(case: Case) -> None:
    key, charge = charged(case, case.declined)
    assert charge.answer == "declined" and charge == case.gateway.find(key)
    for language in ("en", "fr"):
        with override(language):
            assert decline_reason(charge.reason)


@each_gateway
def test_a_pending_charge_names_the_page_of_the_payer_and_succeeds_once_it_is_confirmed(case: Case) -> None:
    key, charge = charged(case, case.pending)
    assert charge.answer == "pending" and charge.address
    case.confirm(key)
    assert case.gateway.find(key) == ChargeResult("succeeded")


@each_gateway
def test_a_cancelled_charge_never_succeeds_even_if_it_was_never_asked_for(case: Case) -> None:
    waiting, _ = charged(case, case.pending)
    for key in (waiting, str(uuid4())):
        assert case.gateway.cancel(key).answer == "cancelled"
        charged(case, case.ok, key)
        case.confirm(key)
        assert case.gateway.find(key).answer == "cancelled"


@each_gateway
def test_a_charge_that_succeeded_stays_so_when_it_is_cancelled(case: Case) -> None:
    key, _ = charged(case, case.ok)
    assert case.gateway.cancel(key).answer == "succeeded"


@each_gateway
def test_refunds_give_back_once_under_each_key_and_never_more_than_was_charged(case: Case) -> None:
    key, _ = charged(case, case.ok)
    first, second, third = (str(uuid4()) for _ in range(3))
    refund = case.gateway.refund
    assert [refund(first, key, PART).answer for _ in range(2)] == ["succeeded", "succeeded"]
    too_much = refund(second, key, PRICE)
    assert too_much.answer == "declined" and too_much.reason
    assert case.gateway.find(key).answer == "succeeded", "a part is left"
    assert refund(third, key, REST).answer == "succeeded"
    assert case.gateway.find(key).answer == "refunded"


@each_gateway
def test_an_event_names_its_charge_and_a_forged_one_is_refused(case: Case) -> None:
    key, _ = charged(case, case.ok)
    body, headers = case.event(key)
    event = case.gateway.read_event(body, headers)
    assert event is not None and event.charge == key
    with pytest.raises(ForgedEvent):
        case.gateway.read_event(body[:-1], headers)
