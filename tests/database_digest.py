"""Everything that the database holds, as one digest per table: what was not done has left it as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from django.apps import apps
from django.db import connection

# A refusal is written into the history, and that is all.
_BUT: Final = {"history_entry": "WHERE kind <> 'refused'"}
A_TRY: Final = frozenset(
    {
        *(
            "subscriptions_quote",
            "payments_attempt",
            "gateways_sandboxcharge",
            "history_storedresponse",
            "history_entry",
        ),
        "subscriptions_request",
    }
)
"""What a declined payment leaves behind: the attempt, what it was for, and its story.

A request that was overtaken while the payment waited is closed once it waits no more.
"""
A_NEW_QUOTE: Final = frozenset({"subscriptions_quote"})
"""What is kept when a quote that was to be taken is stale: the one that is shown instead."""


_taken: dict[tuple[str, str], dict[str, str]] = {}
"""The last census, by its database and snapshot."""


def database_digest() -> dict[str, str]:
    """The digest of every table's rows, by table.

    The digests take longer than most calls whose effect they show. So the last ones count as long as the snapshot is
    the same: it says whose transactions are seen. One's own is always seen, so whether it wrote anything is asked too.
    """
    connection.ensure_connection()
    raw = connection.connection
    asked = "SELECT current_database(), pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NULL"
    name, snapshot, wrote_nothing = raw.execute(asked).fetchone()
    if wrote_nothing and (name, snapshot) in _taken:
        return _taken[name, snapshot]
    found = dict(raw.execute(_query(), prepare=True).fetchall())
    _taken.clear()
    if wrote_nothing:
        _taken[name, snapshot] = found
    return found


def writes() -> int:
    """Return how many rows the open transaction has written, also those that were rolled back since."""
    with connection.cursor() as cursor:
        # The view pg_stat_xact_user_tables would say the same ten times slower.
        cursor.execute(
            "SELECT sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
            " + pg_stat_get_xact_tuples_deleted(oid)) FROM pg_class WHERE relkind = 'r'"
        )
        [written] = cursor.fetchone()
        return int(written)


def contents() -> str:
    """Return everything that stands in any table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = []
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{name}" t')
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


@contextmanager
def unchanged(but: frozenset[str] = frozenset()) -> Iterator[None]:
    """Fail if anything is different at the end of the block, but for some tables."""
    before = database_digest()
    yield
    assert different(before, database_digest()) <= but


def different(before: dict[str, str], after: dict[str, str]) -> frozenset[str]:
    """The tables that are not as they were."""
    return frozenset(table for table in before if before[table] != after[table])


def left_by(code: str) -> frozenset[str]:
    """The tables into which a problem of this code may have written."""
    return {"declined": A_TRY, "stale": A_NEW_QUOTE}.get(code, frozenset())


@cache
def _query() -> str:
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    return " UNION ALL ".join(
        f"""SELECT '{table}', md5(coalesce(string_agg(one::text, ';' ORDER BY one::text), ''))
            FROM "{table}" AS one {_BUT.get(table, "")}"""
        for table in tables
    )
