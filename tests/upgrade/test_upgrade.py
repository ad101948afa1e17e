"""A database of an older version is migrated: its books say what they said, and every rule holds."""

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

HERE = Path(__file__).parent
OLDER = sorted(path.name.removesuffix(".sql.gz") for path in HERE.glob("*.sql.gz"))

BOOKS = """
import django
django.setup()
from bursar.accounts.models import Account
from bursar.checkout.journal import of_account
from bursar.core.money import Money, text
from bursar.invoices.queries import documents
from bursar.payments.queries import left

for account in Account.objects.order_by("name"):
    print(f"# {account.name}\\n")
    open_ = left(account.id)
    for one in reversed(documents(account.id, limit=1000)):
        total, rest = (text(Money(amount, one.currency)) for amount in (one.totals.total, open_[one.id]))
        print(f"{one.on} {one.number} {one.kind} total {total} open {rest} {one.currency}")
    print(f"\\n{of_account(account.id)}")
"""


RULES = """
import django
django.setup()
from datetime import UTC, datetime
from bursar.jobs.invariants import violations

print(*violations(datetime.now(UTC), deep=True), sep="\\n", end="")
"""


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of a database without any table."""
    name = f"older_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def run(url: str, *arguments: str) -> str:
    """What Python says to these arguments, on a database."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bursar.site.settings"}
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.mark.parametrize("older", OLDER)
def test_an_older_database_keeps_its_books(empty: str, older: str) -> None:
    with psycopg.connect(empty, autocommit=True) as there:
        there.execute(gzip.decompress((HERE / f"{older}.sql.gz").read_bytes()))
    run(empty, "-m", "bursar.cli", "migrate")
    assert run(empty, "-c", RULES) == ""
    assert run(empty, "-c", BOOKS) == (HERE / f"{older}.txt").read_text(encoding="utf-8")
