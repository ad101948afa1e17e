"""Putting the rules to the data, all of them to the same moment of it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from bursar.jobs.invariants import agreed, billed, kept, paid
from bursar.jobs.invariants.agreed import BookRule
from bursar.jobs.invariants.book import books
from bursar.jobs.invariants.rule import MOST, SetRule, Violation, violation

SET_RULES: Final[tuple[SetRule, ...]] = (*billed.RULES, *paid.RULES, *kept.RULES)
BOOK_RULES: Final[tuple[BookRule, ...]] = agreed.RULES


def violations(now: datetime, *, deep: bool = False) -> Iterator[Violation]:
    """What does not hold as of a moment, rule by rule, at most `MOST` of each; `deep` decides every account again."""
    with _one_moment():
        for rule in SET_RULES:
            for finding in rule(now):
                yield violation(rule, finding)
        if deep:
            yield from _decided_again(now)


def _decided_again(now: datetime) -> Iterator[Violation]:
    told: Counter[BookRule] = Counter()
    for book in books(now):
        for rule in BOOK_RULES:
            for finding in rule(book):
                told[rule] += 1
                if told[rule] <= MOST:
                    yield violation(rule, finding)


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction that sees one moment and writes nothing; inside another one, what that sees."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
