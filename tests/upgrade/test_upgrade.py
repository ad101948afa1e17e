"""A database of an older version is migrated: its books say what they said, and every rule holds."""

import gzip
import os
import re
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
from bursar.checkout import journal_of_account
from bursar.core.money.money import Money, amount_text
from bursar.invoices.queries import documents
from bursar.payments.queries import open_amounts

for account in Account.objects.order_by("name"):
    print(f"# {account.name}\\n")
    open_ = open_amounts(account.id)
    for one in reversed(documents(account.id, limit=1000)):
        total, rest = (amount_text(Money(amount, one.currency)) for amount in (one.totals.total, open_[one.id]))
        print(f"{one.on} {one.number} {one.kind} total {total} open {rest} {one.currency}")
    print(f"\\n{journal_of_account(account.id)}")
"""


RULES = """
import django
django.setup()
from datetime import UTC, datetime
from bursar.jobs.invariants import violations

print(*violations(datetime.now(UTC), deep=True), sep="\\n", end="")
"""


FINISHED = """
import django
django.setup()
from datetime import UTC, datetime
from bursar.checkout import confirm
from bursar.invoices.queries import invoice_of_order
from bursar.payments.models import Attempt
from bursar.subscriptions.queries import order

waiting = Attempt.objects.get(state="open")
confirm(waiting.id, "succeeded", now=datetime.now(UTC))
invoice = invoice_of_order(waiting.account_id, order(waiting.account_id, quote_id=waiting.quote_id).id)
print(*(line.description.en for line in invoice.lines), sep="\\n")
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


RENAMED = """
INSERT INTO catalog_version (number, document, digest, source, published_at, by)
SELECT number + 1, replace(document::text, '"name": {"en": "', '"name": {"en": "New ')::jsonb, 'other', source,
    '2020-01-01', by FROM catalog_version
"""
"""The next version of the catalog, with other names, published before anything was issued."""

NAMES = """
SELECT product->>'code', plan->>'code', plan->'prices'->0->>'per', concat(product->'name'->>'en', ', ', plan->'name'->>'en'),
    concat(product->'name'->>'fr', ', ', plan->'name'->>'fr')
FROM catalog_version v, jsonb_array_elements(v.document->'products') product, jsonb_array_elements(product->'plans') plan
WHERE v.number = %s
"""
OF_ISSUED = "SELECT DISTINCT product, plan, per, description->>'en', description->>'fr' FROM invoices_line"
OF_QUOTED = """
SELECT DISTINCT line->>'product', line->>'plan', line->>'per', line->'description'->>'en', line->'description'->>'fr'
FROM subscriptions_quote, jsonb_array_elements(content->'lines' || (content->'renewal_lines')) AS line
"""


def restored(url: str, older: str) -> None:
    """Bring a dump into an empty database."""
    with psycopg.connect(url, autocommit=True) as there:
        there.execute(gzip.decompress((HERE / f"{older}.sql.gz").read_bytes()))


@pytest.mark.parametrize("older", OLDER)
def test_lines_get_the_words_of_the_catalog_that_they_were_sold_from_and_keep_them(empty: str, older: str) -> None:
    restored(empty, older)
    with psycopg.connect(empty, autocommit=True) as there:
        there.execute(RENAMED)
    run(empty, "-m", "bursar.cli", "migrate")
    with psycopg.connect(empty, autocommit=True) as there:
        sold = set(there.execute(NAMES, [1]).fetchall())
        for statement in (OF_ISSUED, OF_QUOTED):
            lines = set(there.execute(statement).fetchall())
            assert len(lines) > 5 and lines <= sold
        for change in ('description = \'{"en": "Else"}\'', "per = 'unit'", "charge_type = 'usage'"):
            with pytest.raises(psycopg.IntegrityError, match="never changed"):
                there.execute(f"UPDATE invoices_line SET {change}")
        with pytest.raises(psycopg.IntegrityError, match="this row"):
            there.execute("UPDATE subscriptions_quote SET content = '{}'")


@pytest.mark.parametrize("older", OLDER)
def test_a_payment_that_waits_over_the_migration_is_finished_and_invoiced_in_words(empty: str, older: str) -> None:
    restored(empty, older)
    run(empty, "-m", "bursar.cli", "migrate")
    assert run(empty, "-c", FINISHED) == "Support, Team\n"
    assert run(empty, "-c", RULES) == ""


@pytest.mark.parametrize("older", OLDER)
def test_an_older_database_keeps_its_books(empty: str, older: str) -> None:
    restored(empty, older)
    run(empty, "-m", "bursar.cli", "migrate")
    assert run(empty, "-c", RULES) == ""
    assert run(empty, "-c", BOOKS) == (HERE / f"{older}.txt").read_text(encoding="utf-8")


TABLES = {
    "subscriptions_take": "subscriptions_order",
    "history_receipt": "history_storedresponse",
    "accounts_standing": "accounts_accountstate",
    "accounts_growthlimit": "accounts_purchaselimit",
    "invoices_cursor": "invoices_billingschedule",
    "notices_personalletter": "notices_personalemail",
}
NAMES_OF_ALL = """
SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class UNION SELECT tgname FROM pg_trigger
UNION SELECT column_name FROM information_schema.columns
"""
FORMER = r"(subscriptions_|invoices_)(take\b|\w*_taken?(_|$)|cursor)|history_receipt|accounts_(standing|growthlimit)|notices_\w*letter|^take_id$"
CONSTRAINTS = """
import django
django.setup()
from django.apps import apps
for model in apps.get_models():
    if model.__module__.startswith("bursar."):
        print(*(constraint.name for constraint in model._meta.constraints), sep="\\n")
"""


@pytest.mark.parametrize("older", OLDER)
def test_a_renamed_table_keeps_its_rows_and_all_that_is_named_after_it_follows(empty: str, older: str) -> None:
    restored(empty, older)
    with psycopg.connect(empty, autocommit=True) as there:
        before = [there.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in TABLES]
    run(empty, "-m", "bursar.cli", "migrate")
    with psycopg.connect(empty, autocommit=True) as there:
        after = [there.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in TABLES.values()]
        assert sum(map(len, before)) > 20 and after == before
        names = {name for (name,) in there.execute(NAMES_OF_ALL)}
    assert not [name for name in names if re.search(FORMER, name)]
    assert set(run(empty, "-c", CONSTRAINTS).split()) <= names


EMAILS = "SELECT id, account_id, told_id, member_id, address, subject, state FROM {table} ORDER BY id"


@pytest.mark.parametrize("older", OLDER)
def test_emails_that_were_kept_as_letters_are_all_there(empty: str, older: str) -> None:
    restored(empty, older)
    with psycopg.connect(empty, autocommit=True) as database:
        letters = database.execute(EMAILS.format(table="notices_letter")).fetchall()
    run(empty, "-m", "bursar.cli", "migrate")
    with psycopg.connect(empty, autocommit=True) as database:
        emails = database.execute(EMAILS.format(table="notices_email")).fetchall()
    assert emails == letters and len(emails) > 5
