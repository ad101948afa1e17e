"""The sandbox gateway, which needs no network and behaves like a real gateway.

It writes on a connection of its own that commits at once, so that it remembers a charge even if the process
that asked for it was killed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Literal

import psycopg
from django.core import signing
from django.db import connection

from bursar.core.billing.gateway import ForgedEvent
from bursar.core.billing.payment import GatewayAnswer
from bursar.core.money.money import Money
from bursar.gateways.protocol import ChargeResult, GatewayEvent, RefundResult
from bursar.gateways.tokens import NEVER_REFUNDED, TOKENS

ADDRESS: Final = "/sandbox/{key}"
_ANSWERS: Final[dict[str, GatewayAnswer]] = {
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
_EVENTS: Final = "bursar.gateways.sandbox.event"
_REFUNDABLE: Final = """
SELECT c.amount_minor - coalesce(sum(r.amount_minor), 0) FROM gateways_sandboxcharge c
LEFT JOIN gateways_sandboxrefund r ON r.charge_id = c.key AND r.outcome = 'succeeded'
WHERE c.key = %(charge)s AND c.outcome = 'succeeded' GROUP BY c.key
"""
_REFUND: Final = f"""
INSERT INTO gateways_sandboxrefund (key, charge_id, amount_minor, outcome, reason, made_at)
SELECT %(key)s, %(charge)s, %(amount)s, CASE reason WHEN '' THEN 'succeeded' ELSE 'declined' END, reason, now()
FROM (
    SELECT CASE WHEN %(declined)s <> '' THEN %(declined)s
        WHEN coalesce(({_REFUNDABLE}), 0) < %(amount)s THEN 'refund_too_high' ELSE '' END AS reason
) decided
ON CONFLICT (key) DO NOTHING
"""
_REFUNDED: Final = f"""
UPDATE gateways_sandboxcharge SET outcome = 'refunded', refunded_at = now()
WHERE key = %(charge)s AND ({_REFUNDABLE}) = 0
"""


class Sandbox:
    """The built-in gateway. Its tokens decide the result of a charge; any other token is declined."""

    def charge(self, key: str, amount: Money, token: str, expires_at: datetime) -> ChargeResult:
        """Charge the amount, with the result that the token names."""
        outcome, reason = TOKENS.get(token, ("declined", "unknown_token"))
        with _own_connection() as cursor:
            # A key that is there already keeps its first result; that is read below.
            cursor.execute(_INSERT, [key, amount.amount_minor, amount.currency, token, outcome, reason, expires_at])
        return self.find(key)

    def find(self, key: str) -> ChargeResult:
        """Return the result of a charge."""
        with _own_connection() as cursor:
            cursor.execute("SELECT outcome, reason FROM gateways_sandboxcharge WHERE key = %s", [key])
            row = cursor.fetchone()
        if row is None:
            return ChargeResult("unknown")
        return ChargeResult(_ANSWERS[row[0]], row[1], ADDRESS.format(key=key) if row[0] == "pending" else "")

    def cancel(self, key: str) -> ChargeResult:
        """Cancel a charge; one that has not arrived yet is refused when it arrives."""
        with _own_connection() as cursor:
            # If the charge has not arrived, a cancelled one takes its key, which it finds when it comes. The amount and
            # currency of that row mean nothing; the columns need some.
            cursor.execute(_INSERT, [key, 1, "EUR", "", "cancelled", "", None])
            self._change_outcome(cursor, key, "pending", "cancelled")
        return self.find(key)

    def refund(self, key: str, charge: str, amount: Money) -> RefundResult:
        """Refund an amount of a charge, unless its token declines refunds or less of it is left."""
        with _own_connection() as cursor:
            with cursor.connection.transaction():
                # A second refund of the same charge waits here, and then sees what is left of it.
                cursor.execute("SELECT token FROM gateways_sandboxcharge WHERE key = %s FOR UPDATE", [charge])
                charged = cursor.fetchone()
                if charged is None:
                    return RefundResult("declined", "unknown_charge")
                declined = "refund_declined" if charged[0] in NEVER_REFUNDED else ""
                cursor.execute(
                    _REFUND, {"key": key, "charge": charge, "amount": amount.amount_minor, "declined": declined}
                )
                cursor.execute(_REFUNDED, {"charge": charge})
            cursor.execute("SELECT outcome, reason FROM gateways_sandboxrefund WHERE key = %s", [key])
            [(outcome, reason)] = cursor.fetchall()
        return RefundResult("succeeded" if outcome == "succeeded" else "declined", reason)

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent | None:
        """Return the event with the charge that it is about. Errors: ForgedEvent."""
        try:
            return GatewayEvent(signing.loads(body.decode("ascii", "replace"), salt=_EVENTS)["charge"])
        except signing.BadSignature:
            raise ForgedEvent() from None

    def event(self, key: str) -> bytes:
        """Return the event by which this gateway tells that something happened to a charge."""
        return signing.dumps({"charge": key}, salt=_EVENTS).encode("ascii")

    def authenticate(self, key: str, outcome: Literal["succeeded", "failed"]) -> ChargeResult:
        """Confirm or decline a pending charge, as the payer does at its address."""
        with _own_connection() as cursor:
            if outcome == "succeeded":
                self._change_outcome(cursor, key, "pending", "succeeded")
            else:
                self._change_outcome(cursor, key, "pending", "declined", "authentication_failed")
        return self.find(key)

    def _change_outcome(self, cursor: Any, key: str, before: str, after: str, reason: str = "") -> None:
        # With the outcome before as a condition: of a payer and a cancellation at the same moment the first decides.
        cursor.execute(
            "UPDATE gateways_sandboxcharge SET outcome = %s, reason = %s WHERE key = %s AND outcome = %s",
            [after, reason, key, before],
        )


@contextmanager
def _own_connection() -> Iterator[Any]:
    # Only where the server is, without what Django sets for its own connections, such as adapters and pools.
    names = ("dbname", "host", "port", "user", "password")
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in names}
    with psycopg.connect(**parameters, autocommit=True) as own, own.cursor() as cursor:
        yield cursor
