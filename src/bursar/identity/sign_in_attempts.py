"""Where attempts to sign in are counted: a cache in the database, of which nothing goes before its time."""

import hashlib
import json
from datetime import timedelta
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

LONGEST_KEY: Final = 255
FORGOTTEN_AT_ONCE: Final = 10_000
"""How many rows that are over one statement deletes."""


class Attempts(BaseCache):
    """Django's interface on our table. Each call is one statement; other processes see it at once or not at all.

    Django's own cache in the database drops rows that still count once there are many, so that a flood of made-up
    addresses let somebody try again who was to wait, and a code count twice.
    """

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value of a key, or the default once it is over."""
        rows = _rows(
            "SELECT value FROM bursar_cache WHERE cache_key = %s AND expires > clock_timestamp()", self._of(key)
        )
        return json.loads(rows[0][0]) if rows else default

    def set(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value for so many seconds."""
        _rows(f"{_INSERT} {_REPLACE} RETURNING 1", self._of(key), json.dumps(value), self._lasts(timeout))

    def add(self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value where there is none; of several who do it at once, one is told that it was theirs."""
        over = "WHERE bursar_cache.expires <= clock_timestamp() RETURNING 1"
        return bool(_rows(f"{_INSERT} {_REPLACE} {over}", self._of(key), json.dumps(value), self._lasts(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a key."""
        return bool(_rows("DELETE FROM bursar_cache WHERE cache_key = %s RETURNING 1", self._of(key)))

    def clear(self) -> None:
        """Forget everything."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM bursar_cache")

    def _of(self, key: str) -> str:
        made: str = self.make_key(key)
        return made if len(made) <= LONGEST_KEY else hashlib.sha256(made.encode()).hexdigest()

    def _lasts(self, timeout: float | None) -> timedelta | None:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return None if seconds is None else timedelta(seconds=float(seconds))


def forget_attempts() -> int:
    """Delete what counts no longer, a part at a time; how many rows."""
    return len(_rows(_OVER, FORGOTTEN_AT_ONCE))


_INSERT: Final = """
INSERT INTO bursar_cache (cache_key, value, expires)
VALUES (%s, %s, coalesce(clock_timestamp() + %s::interval, 'infinity'))
"""
_REPLACE: Final = "ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
# Rows are found once and deleted by their place. In a join the planner, which knows nothing yet of a flood that has
# just come, may search a million rows for each of them. A time that moves within the statement keeps it from the index.
_OVER: Final = """
DELETE FROM bursar_cache WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM bursar_cache WHERE expires <= statement_timestamp() ORDER BY expires LIMIT %s
    FOR UPDATE SKIP LOCKED
)) RETURNING 1
"""


def _rows(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
