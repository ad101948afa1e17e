"""Insert rows of several tables by one statement, which costs one way to the database and back."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.models.sql import InsertQuery


def insert_together(*batches: Sequence[models.Model]) -> None:
    """Insert rows of several tables at once, each batch of one table; rows may point at those of an earlier batch.

    Keys between them are checked when all rows are there. Triggers of one table do not see the new rows of another.
    """
    parts = [_insert(batch) for batch in batches if batch]
    if not parts:
        return
    *others, (last, parameters) = parts
    # PostgreSQL runs a WITH that writes to its end even if nothing reads from it.
    named = ", ".join(f"part_{number} AS ({statement})" for number, (statement, _) in enumerate(others))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {named} {last}" if named else last,
            [value for _, values in others for value in values] + list(parameters),
        )


def _insert(rows: Sequence[models.Model]) -> tuple[str, Sequence[Any]]:
    """Return Django's own statement that inserts rows of one table, with its parameters."""
    # Django's, so that each field still turns its value into that of the column.
    query = InsertQuery(type(rows[0]))
    query.insert_values(type(rows[0])._meta.concrete_fields, list(rows))
    [(statement, parameters)] = query.get_compiler(connection=connection).as_sql()
    return statement, parameters
