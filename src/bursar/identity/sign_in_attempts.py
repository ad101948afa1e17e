"""The cache that counts attempts to sign in: a table that drops no row before its time."""

import hashlib
import json
from datetime import timedelta
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

LONGEST_KEY: Final = 255
"""The width of the column of keys."""
DELETED_AT_ONCE: Final = 10_000
"""The most expired rows that one statement deletes."""


class Attempts(BaseCache):
    """A cache with Django's interface on our table. Each call is one statement, so others see all of it or nothing.

    Django's own database cache drops rows before their time once there are many: a flood of made-up addresses would end
    the waiting time of an attacker, and let a code be used twice.
    """

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value of a key, or the default once it has expired."""
        rows = _rows(
            "SELECT value FROM bursar_cache WHERE cache_key = %s AND expires > clock_timestamp()", self._key(key)
        )
        return json.loads(rows[0][0]) if rows else default

    def set(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value for so many seconds."""
        _rows(f"{_INSERT} {_REPLACE} RETURNING 1", self._key(key), json.dumps(value), self._lifetime(timeout))

    def add(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value if there is none; of several calls at once, one returns true."""
        if_expired = "WHERE bursar_cache.expires <= clock_timestamp() RETURNING 1"
        return bool(
            _rows(f"{_INSERT} {_REPLACE} {if_expired}", self._key(key), json.dumps(value), self._lifetime(timeout))
        )

    def delete(self, key: str, version: int | None = None) -> bool:
        """Delete a key."""
        return bool(_rows("DELETE FROM bursar_cache WHERE cache_key = %s RETURNING 1", self._key(key)))

    def clear(self) -> None:
        """Delete all keys."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM bursar_cache")

    def _key(self, key: str) -> str:
        # Keys hold addresses that people type, which may be of any length.
        full_key: str = self.make_key(key)
        return full_key if len(full_key) <= LONGEST_KEY else hashlib.sha256(full_key.encode()).hexdigest()

    def _lifetime(self, timeout: float | None) -> timedelta | None:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return None if seconds is None else timedelta(seconds=float(seconds))


def delete_expired_attempts() -> int:
    """Delete a batch of expired rows; return how many."""
    return len(_rows(_DELETE_EXPIRED, DELETED_AT_ONCE))


_INSERT: Final = """
INSERT INTO bursar_cache (cache_key, value, expires)
VALUES (%s, %s, coalesce(clock_timestamp() + %s::interval, 'infinity'))
"""
_REPLACE: Final = "ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
# Rows are found once and deleted by their place. In a join the planner, which knows nothing yet of a flood that has
# just come, may search a million rows for each of them. A time that moves within the statement keeps it from the index.
_DELETE_EXPIRED: Final = """
DELETE FROM bursar_cache WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM bursar_cache WHERE expires <= statement_timestamp() ORDER BY expires LIMIT %s
    FOR UPDATE SKIP LOCKED
)) RETURNING 1
"""


def _rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
