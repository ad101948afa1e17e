"""Run statements in SQL, where one of them does the work of several of the ORM."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction


def select(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a statement; its parameters stand in it as %(name)s."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def select_one(statement: str, **parameters: Any) -> tuple[Any, ...] | None:
    """Return the first row of a statement, if it has one."""
    return next(iter(select(statement, **parameters)), None)


def execute(statement: str, **parameters: Any) -> None:
    """Execute a statement that returns no rows; its parameters stand in it as %(name)s."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def like_literal(text: str) -> str:
    """Return a text for LIKE in which % and _ are the signs that a person typed, and stand for no others."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def for_each(part: str) -> str:
    """Return the statement that yields the rows of `part` for each of `accounts`; `part` names it `here.account_id`.

    Rooms state what they know of an account in such parts, so that one statement reads one account or a thousand.
    """
    return f"SELECT part.* FROM {HERE} CROSS JOIN LATERAL ({part}) AS part"


HERE: Final = "unnest(%(accounts)s::uuid[]) AS here (account_id)"
"""The accounts that a statement is about."""


def columns_of(rows: Iterable[Sequence[Any]], *names: str) -> dict[str, list[Any]]:
    """Return the values of rows column by column, as parameters that a statement reads with `unnest`."""
    # One array for each column: the statement is the same for any number of rows, and is prepared once.
    rows = list(rows)
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


@contextmanager
def one_moment() -> Iterator[None]:
    """Read as of one moment until the block ends, in a transaction in which the database refuses to write.

    Inside another transaction this changes nothing. A setting of the session would stay on the connection that a pooler
    hands to the next client.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
