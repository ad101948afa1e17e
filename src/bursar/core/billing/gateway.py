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
    """Return True if a gateway may serve an account: the sandbox gateway sandbox accounts alone, any other live ones."""
    return (gateway == SANDBOX) == sandbox


def gateways_for(gateways: Iterable[str], *, sandbox: bool) -> tuple[str, ...]:
    """Return those of the gateways that may serve an account, in their order."""
    return tuple(code for code in gateways if may_serve(code, sandbox=sandbox))


def with_gateway(method: Method, gateways: Iterable[str], *, sandbox: bool, ask: Contact) -> Method:
    """Return the method with the gateway that moves its money; invoice terms need none.

    A method that names no gateway yet gets the first that may serve the account. Errors: NoGateway.
    """
    if not method.automatic:
        return method
    possible = gateways_for(gateways, sandbox=sandbox)
    gateway = method.gateway or next(iter(possible), "")
    if gateway not in possible:
        raise NoGateway(vendor=", ".join(filter(None, (ask.name, ask.email))))
    return replace(method, gateway=gateway)
