"""Gateways: the choice of the gateway that moves an account's money."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from bursar.core.billing.payment import Method
from bursar.core.messages.problem import Conflict, Invalid
from bursar.core.policy.policy import Contact

SANDBOX: Final = "sandbox"
"""The code of the built-in gateway, which moves no money."""


class NoGateway(Conflict):
    """There is no way to pay by card or direct debit for this account yet: pay by bank transfer on invoice, or ask {vendor}."""

    code = "no_gateway"


class ForgedEvent(Invalid):
    """This event does not carry the gateway's signature, so nothing is done about it."""

    code = "forged_event"


def may_serve(gateway: str, *, sandbox: bool) -> bool:
    """Return true if a gateway may serve an account: the sandbox gateway serves sandbox accounts, any other serves live ones."""
    # Real money must not move for a sandbox account, and a payment that moved no money must not pay a real invoice.
    return (gateway == SANDBOX) == sandbox


def gateways_for(gateways: Iterable[str], *, sandbox: bool) -> tuple[str, ...]:
    """Return the gateways that may serve an account, in the order given."""
    return tuple(code for code in gateways if may_serve(code, sandbox=sandbox))


def choose_gateway(method: Method, gateways: Iterable[str], *, sandbox: bool, ask: Contact) -> Method:
    """Return the method with the gateway that moves its money; invoice terms need none.

    A method that names no gateway yet gets the first that may serve the account. Errors: NoGateway.
    """
    if not method.automatic:
        return method
    possible = gateways_for(gateways, sandbox=sandbox)
    # A method keeps the gateway that it names, even beside a better one: its token means nothing to any other.
    gateway = method.gateway or next(iter(possible), "")
    # Empty, meant for the other kind of account, or disconnected by the vendor since.
    if gateway not in possible:
        raise NoGateway(vendor=", ".join(filter(None, (ask.name, ask.email))))
    return replace(method, gateway=gateway)
