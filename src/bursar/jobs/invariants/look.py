"""Putting the rules to the data, all of them to the same moment of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from bursar.jobs.invariants import agreed, billed, kept, paid, refunded
from bursar.jobs.invariants.agreed import UNREADABLE, BookRule, accounts_can_be_decided
from bursar.jobs.invariants.book import Book, books
from bursar.jobs.invariants.rule import MOST, SetRule, Violation, violation

SET_RULES: Final[tuple[SetRule, ...]] = (*billed.RULES, *paid.RULES, *refunded.RULES, *kept.RULES)
BOOK_RULES: Final[tuple[BookRule, ...]] = agreed.RULES


def violations(now: datetime, *, deep: bool = False) -> Iterator[Violation]:
    """Return the violations at a moment, at most `MOST` of each rule; `deep` decides every account again."""
    with _one_moment():
        for rule in SET_RULES:
            for finding in rule(now):
                yield violation(rule, finding)
        if deep:
            yield from _decided_again(now)


def _decided_again(now: datetime) -> Iterator[Violation]:
    told: Counter[str] = Counter()
    for account_id, opened in books(now):
        for one in _of_account(account_id, opened):
            told[one.rule] += 1
            if told[one.rule] <= MOST:
                yield one


def _of_account(account_id: UUID, opened: Callable[[], Book]) -> list[Violation]:
    try:
        book = opened()
        return [violation(rule, finding) for rule in BOOK_RULES for finding in rule(book)]
    except UNREADABLE as error:
        return [violation(accounts_can_be_decided, accounts_can_be_decided(account_id, error))]


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
