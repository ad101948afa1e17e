"""Rows of one table or several inserted by one statement, whose text is the same for one row and for a thousand."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models


def insert_together(*batches: Sequence[models.Model]) -> None:
    """Insert rows of several tables at once, each batch of one table; rows may point at those of an earlier batch.

    Every column is written as its row has it. Keys between them are checked when all rows are there. Triggers of one
    table do not see the new rows of another.
    """
    filled = [batch for batch in batches if batch]
    if not filled:
        return
    *others, last = [_statement(type(batch[0])) for batch in filled]
    named = ", ".join(f"part_{number} AS ({statement})" for number, statement in enumerate(others))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {named} {last}" if named else last, [column for batch in filled for column in _columns(batch)]
        )


@cache
def _statement(model: type[models.Model]) -> str:
    """Return the statement that inserts rows of a table from an array for each of its columns.

    Django's own would name each value of each row: it is made anew, and planned anew, for every number of rows.
    """
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT * FROM unnest({arrays})"


def _columns(rows: Sequence[models.Model]) -> list[list[Any]]:
    """Return the values of rows column by column, as the database takes them."""
    return [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]
        for field in rows[0]._meta.concrete_fields
    ]
