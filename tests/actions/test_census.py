"""The digests that show what a refused call changed: whatever is written in between, and by whomever, is noticed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from database_digest import database_digest, different

pytestmark = pytest.mark.django_db(transaction=True)
CHANGED = frozenset({"auth_group"})


@pytest.fixture
def other() -> Iterator[Any]:
    """A connection of somebody else to the same database."""
    another = connection.copy()
    yield another
    another.close()


def add(name: str, by: Any = connection) -> None:
    with by.cursor() as cursor:
        cursor.execute("INSERT INTO auth_group (name) VALUES (%s)", [name])


def test_where_nothing_was_written_nothing_is_different() -> None:
    assert database_digest() == database_digest()


def test_rows_added_changed_and_deleted_are_noticed() -> None:
    for write in (
        lambda: Group.objects.create(name="first"),
        lambda: Group.objects.update(name="second"),
        lambda: Group.objects.all().delete(),
    ):
        before = database_digest()
        write()
        assert different(before, database_digest()) == CHANGED


def test_what_is_written_in_one_transaction_is_noticed_step_by_step() -> None:
    with transaction.atomic():
        for name in ("first", "second", "third"):
            before = database_digest()
            with transaction.atomic():
                add(name)
            assert different(before, database_digest()) == CHANGED


def test_what_somebody_else_writes_is_noticed_when_it_is_there_to_be_seen(other: Any) -> None:
    before = database_digest()
    add("first", by=other)
    assert different(before, database_digest()) == CHANGED
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        with other.cursor() as writing:
            writing.execute("BEGIN; INSERT INTO auth_group (name) VALUES ('second')")
        before = database_digest()
        assert before == database_digest()
        with other.cursor() as writing:
            writing.execute("COMMIT")
        assert different(before, database_digest()) == CHANGED
