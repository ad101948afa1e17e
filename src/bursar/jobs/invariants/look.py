"""Putting the rules to the data, all of them to the same moment of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from bursar.columns.statement import one_moment
from bursar.jobs.invariants import agreed, billed, kept, paid, refunded
from bursar.jobs.invariants.agreed import UNREADABLE, BookRule, accounts_can_be_decided
from bursar.jobs.invariants.book import Book, books
from bursar.jobs.invariants.rule import MOST, SetRule, Violation, violation

SET_RULES: Final[tuple[SetRule, ...]] = (*billed.RULES, *paid.RULES, *refunded.RULES, *kept.RULES)
BOOK_RULES: Final[tuple[BookRule, ...]] = agreed.RULES


def violations(now: datetime, *, deep: bool = False) -> Iterator[Violation]:
    """Return the violations at a moment, at most `MOST` of each rule; `deep` decides every account again."""
    with one_moment():
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
