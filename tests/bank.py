"""A gateway for live accounts, as a vendor would connect one: what it does is what the sandbox gateway does."""

from datetime import datetime
from time import sleep
from typing import Any, Final

from bursar.core.money.money import Money
from bursar.gateways.protocol import ChargeResult
from bursar.gateways.sandbox import Sandbox

CODE: Final = "bank"
GATEWAYS: Final = {CODE: "bank.Bank"}


class Bank(Sandbox):
    """Moves money that is not real, for accounts that are; slowly, as a gateway behind a network does."""

    def charge(self, key: str, amount: Money, token: str, expires_at: datetime) -> ChargeResult:
        """Take the amount, as the token says."""
        sleep(0.1)
        return super().charge(key, amount, token, expires_at)


def connect(settings: Any) -> None:
    """Connect this gateway beside the built-in one, for one test."""
    settings.GATEWAYS = {**settings.GATEWAYS, **GATEWAYS}
