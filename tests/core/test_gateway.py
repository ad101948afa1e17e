"""Which gateway may move money for which account."""

import pytest

from bursar.core.billing.gateway import SANDBOX, NoGateway, choose_gateway, gateways_for, may_serve
from bursar.core.billing.payment import Method
from bursar.core.policy.policy import Contact

SUPPORT = Contact("Support", "support@vendor.example", "support")
CARD = Method("card", "tok_1")


def test_the_sandbox_gateway_serves_sandbox_accounts_alone_and_every_other_live_ones() -> None:
    assert may_serve(SANDBOX, sandbox=True) and not may_serve(SANDBOX, sandbox=False)
    assert may_serve("bank", sandbox=False) and not may_serve("bank", sandbox=True)
    assert gateways_for((SANDBOX, "bank", "other"), sandbox=False) == ("bank", "other")
    assert gateways_for((SANDBOX, "bank"), sandbox=True) == (SANDBOX,)


def test_a_new_method_gets_the_first_gateway_that_may_serve_the_account() -> None:
    connected = (SANDBOX, "bank", "other")
    assert choose_gateway(CARD, connected, sandbox=False, ask=SUPPORT) == Method("card", "tok_1", "bank")
    assert choose_gateway(CARD, connected, sandbox=True, ask=SUPPORT) == Method("card", "tok_1", SANDBOX)


def test_a_method_keeps_its_gateway_as_long_as_that_is_connected_and_may_serve_the_account() -> None:
    method = Method("debit", "tok_1", "other")
    assert choose_gateway(method, ("bank", "other"), sandbox=False, ask=SUPPORT) == method
    for gateways, sandbox in ((("bank",), False), (("bank", "other", SANDBOX), True)):
        with pytest.raises(NoGateway):
            choose_gateway(method, gateways, sandbox=sandbox, ask=SUPPORT)


def test_invoice_terms_need_no_gateway() -> None:
    assert choose_gateway(Method(), (), sandbox=False, ask=SUPPORT) == Method()


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [("Support", "support@vendor.example", "Support, support@vendor.example"), ("Support", "", "Support")],
)
def test_without_a_gateway_the_answer_names_whom_to_ask(name: str, address: str, said: str) -> None:
    with pytest.raises(NoGateway) as caught:
        choose_gateway(CARD, (SANDBOX,), sandbox=False, ask=Contact(name, address, "support"))
    assert str(caught.value).endswith(f"pay by bank transfer on invoice, or ask {said}.")
