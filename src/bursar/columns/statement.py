"""Statements that read, in SQL of their own, where one of them says what the ORM would need several for."""

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
