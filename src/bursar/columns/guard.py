"""Triggers by which the database refuses changes to facts, and transactions that do not add up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pgtrigger

from bursar.columns.statement import select


def refusal(rule: str, message: str) -> str:
    """Return the statement that raises an integrity error naming the rule."""
    text = message.replace("'", "''")
    # As a constraint with a name, it reaches Python as an IntegrityError that says which rule was broken.
    return f"RAISE EXCEPTION '{text}' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{rule}';"


class Refuse(pgtrigger.Trigger):
    """A trigger that refuses an operation on a row, always or under a condition."""

    when = pgtrigger.Before

    def __init__(self, *, name: str, operation: pgtrigger.Operation, message: str, **options: Any) -> None:
        super().__init__(name=name, operation=operation, func=refusal(name, message), **options)


class AtCommit(pgtrigger.Trigger):
    """A trigger that checks a row when its transaction ends, after all of it is written."""

    # Rows that must add up are written one after another: in between they do not.
    when = pgtrigger.After
    timing = pgtrigger.Deferred


KEPT: Final = Refuse(name="kept", operation=pgtrigger.Delete, message="this row is a fact and is never deleted")
FROZEN: Final = (
    Refuse(name="frozen", operation=pgtrigger.Update, message="this row is a fact and is never changed"),
    KEPT,
)


def frozen_but(*fields: str) -> tuple[Refuse, Refuse]:
    """Return the triggers of a row that is never deleted and of which only these fields may change."""
    return (
        Refuse(
            name="frozen",
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(exclude=list(fields)),
            message=f"of this row only {', '.join(fields)} may change",
        ),
        KEPT,
    )


@contextmanager
def suspended(guard: str) -> Iterator[None]:
    """Let this transaction pass one guard, such as "subscriptions.Quote:frozen", until the block ends.

    A block that an exception leaves takes the setting back with its rows. `pgtrigger.ignore` is not for us: it puts a
    statement of its own before each of ours, and no server binds the parameters of two statements at once.
    """
    [(model, trigger)] = pgtrigger.registered(guard)
    _suspend(f"{{{trigger.get_pgid(model)}}}")
    yield
    _suspend("{}")


def _suspend(guards: str) -> None:
    select("SELECT set_config('pgtrigger.ignore', %(guards)s, true)", guards=guards)
