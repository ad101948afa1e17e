"""A gateway that needs no network and behaves like a real one.

It writes on a connection of its own that commits at once, so that it knows what a killed process forgot.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Literal

import psycopg
from django.db import connection

from bursar.core.money import Money
from bursar.core.payment import Answer
from bursar.gateways.protocol import Charge
from bursar.gateways.tokens import TOKENS

ADDRESS: Final = "/sandbox/{key}"
_ANSWERS: Final[dict[str, Answer]] = {
    "succeeded": "succeeded",
    "declined": "declined",
    "pending": "pending",
    "cancelled": "cancelled",
    "refunded": "refunded",
}
_INSERT: Final = """
INSERT INTO gateways_sandboxcharge (key, amount_minor, currency, token, outcome, reason, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING
"""


class Sandbox:
    """The built-in gateway; its tokens say what will happen, and any other token is declined."""

    def charge(self, key: str, amount: Money, token: str, expires_at: datetime) -> Charge:
        """Take the amount, as the token says."""
        outcome, reason = TOKENS.get(token, ("declined", "unknown_token"))
        with _own_connection() as cursor:
            cursor.execute(_INSERT, [key, amount.amount_minor, amount.currency, token, outcome, reason, expires_at])
        return self.find(key)

    def find(self, key: str) -> Charge:
        """What became of a charge."""
        with _own_connection() as cursor:
            cursor.execute("SELECT outcome, reason FROM gateways_sandboxcharge WHERE key = %s", [key])
            row = cursor.fetchone()
        if row is None:
            return Charge("unknown")
        return Charge(_ANSWERS[row[0]], row[1], ADDRESS.format(key=key) if row[0] == "pending" else "")

    def cancel(self, key: str) -> Charge:
        """Give up a charge; for one that never came, a mark that refuses it when it does."""
        with _own_connection() as cursor:
            cursor.execute(_INSERT, [key, 1, "EUR", "", "cancelled", "", None])
            self._move(cursor, key, "cancelled", "pending")
        return self.find(key)

    def refund(self, key: str) -> Charge:
        """Give the money back."""
        with _own_connection() as cursor:
            cursor.execute(
                "UPDATE gateways_sandboxcharge SET outcome = 'refunded', refunded_at = now()"
                " WHERE key = %s AND outcome = 'succeeded'",
                [key],
            )
        return self.find(key)

    def authenticate(self, key: str, outcome: Literal["succeeded", "failed"]) -> Charge:
        """What the payer did at the address: confirmed, or not."""
        with _own_connection() as cursor:
            if outcome == "succeeded":
                self._move(cursor, key, "succeeded", "pending")
            else:
                self._move(cursor, key, "declined", "pending", "authentication_failed")
        return self.find(key)

    def _move(self, cursor: Any, key: str, to: str, since: str, reason: str = "") -> None:
        cursor.execute(
            "UPDATE gateways_sandboxcharge SET outcome = %s, reason = %s WHERE key = %s AND outcome = %s",
            [to, reason, key, since],
        )


@contextmanager
def _own_connection() -> Iterator[Any]:
    known = ("dbname", "host", "port", "user", "password")
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in known}
    with psycopg.connect(**parameters, autocommit=True) as own, own.cursor() as cursor:
        yield cursor
