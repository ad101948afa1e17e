"""Rules about live data, and their findings."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

MOST: Final = 1000
"""How much one rule tells at most: whoever sees so much of a kind has seen enough."""
LATE: Final = timedelta(minutes=10)
"""How far behind the worker may be; the first of a month is a long day for it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding: the account, the thing that is wrong, what was expected and what is there."""

    account_id: UUID | None
    what: str
    expected: str
    found: str


SetRule = Callable[[datetime], Iterable[Finding]]
"""A rule that one statement over whole tables answers, as of a moment."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A finding with the rule that it breaks, and what to do."""

    rule: str
    statement: str
    cure: str
    account_id: UUID | None
    what: str
    expected: str
    found: str


def violation(rule: Callable[..., object], finding: Finding) -> Violation:
    """A violation: a finding with its rule's docstring, which states the rule and, after "Cure:", what to do."""
    statement, _, cure = (inspect.getdoc(rule) or "").partition("Cure:")
    return Violation(
        rule=getattr(rule, "__name__", ""),
        statement=" ".join(statement.split()),
        cure=" ".join(cure.split()),
        account_id=finding.account_id,
        what=finding.what,
        expected=finding.expected,
        found=finding.found,
    )


def select(statement: str, **params: Any) -> Iterator[Finding]:
    """The findings of a statement. Shape: account, what, expected, found; the last three as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({statement}) broken LIMIT {MOST}", params)
        yield from (Finding(*row) for row in cursor.fetchall())
