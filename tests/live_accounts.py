"""Live accounts that bought something on a day: they fall due by the real clock, as a vendor's customers do."""

from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from api_client import TEAM_10
from bursar import checkout
from bursar.accounts.actions import open_account
from bursar.core.money.tax import read_tax_rate
from bursar.core.policy.policy import VENDOR
from bursar.core.subscription.edit import read_edits
from bursar.policy.queries import current

_numbers = count(1)


def live_accounts(number: int, *edits: dict[str, Any], now: datetime) -> list[UUID]:
    """Open accounts at a moment, each with ten seats or with what these edits buy."""
    return [live_account(*edits, now=now) for _ in range(number)]


def live_account(*edits: dict[str, Any], now: datetime, account_type: str = "self_service") -> UUID:
    """Open an account at a moment, with ten seats or with what these edits buy."""
    account = open_account(
        current(),
        name="Live",
        account_type=account_type,
        currency="EUR",
        time_zone="Europe/Paris",
        locale="en",
        owner_name="Owner",
        owner_email=f"owner{next(_numbers)}@live.example",
        representative=None,
        sandbox=False,
        clock=None,
        tax=read_tax_rate("0.2"),
        actor=VENDOR,
        now=now,
    )
    checkout.accept(account, edits=read_edits(list(edits) or [TEAM_10]), actor=VENDOR, now=now)
    return account
