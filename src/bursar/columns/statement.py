"""Statements in SQL of their own, where one of them does what the ORM would need several for."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def select(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement gives; its parameters stand in it as %(name)s."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def select_one(statement: str, **parameters: Any) -> tuple[Any, ...] | None:
    """The first row that a statement gives, if it gives one."""
    return next(iter(select(statement, **parameters)), None)


def execute(statement: str, **parameters: Any) -> None:
    """Do what a statement says; its parameters stand in it as %(name)s."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def columns_of(rows: Iterable[Sequence[Any]], *names: str) -> dict[str, list[Any]]:
    """Return the values of rows column by column, as parameters that a statement reads with `unnest`."""
    rows = list(rows)
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
