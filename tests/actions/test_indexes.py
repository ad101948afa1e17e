"""No statement reads a whole table that grows, as PostgreSQL plans it for a million rows."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, transaction

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar import checkout
from bursar.accounts.directory import directory
from bursar.accounts.keys import create_link
from bursar.jobs.steps import run_once
from pages import CENTER

pytestmark = pytest.mark.django_db(transaction=True)
Sent = dict[str, Any]
"""Statements with the parameters that they were sent with."""
ROWS: Final = 1_000_000
FEW: Final = frozenset(
    {
        *("accounts_seller", "accounts_staff", "accounts_vendorkey", "catalog_version", "policy_version", "jobs_round"),
        *("invoices_series", "django_content_type", "auth_group", "auth_permission", "bursar_cache"),
    }
)
"""Tables that stay small, whatever is sold to however many."""
SHORT: Final = frozenset({"payments_attempt_open", "payments_attempt_one_open", "payments_refund_open"})
"""Indexes of what is open only, of which there is never much."""
EMPTY: Final = "c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND pg_relation_size(c.oid) = 0"
CHECKS_OF_EMPTY: Final = f"""
SELECT quote_ident(c.relname), quote_ident(k.conname) FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid
WHERE k.contype = 'c' AND {EMPTY}
"""
COLUMNS_OF_EMPTY: Final = f"""
SELECT quote_ident(c.relname), array_agg(quote_ident(a.attname)), array_agg(CASE
    WHEN t.typname = 'uuid' THEN 'gen_random_uuid()' WHEN t.typname = 'jsonb' THEN 'to_jsonb(0)'
    WHEN t.typcategory = 'D' THEN 'now()' WHEN t.typcategory = 'N' THEN '0' WHEN t.typcategory = 'B' THEN 'false'
    WHEN t.typcategory = 'I' THEN quote_literal('::1') || '::inet'
    WHEN t.typcategory = 'R' THEN 'daterange(current_date, current_date + 1)'
    WHEN t.typcategory = 'A' THEN 'ARRAY[]::' || format_type(a.atttypid, NULL) ELSE 'left(md5(random()::text), 3)' END)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attnum > 0 AND a.attnotnull AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = '' AND {EMPTY}
GROUP BY c.relname
"""
TO_COLLECT: Final = "now.kind <> 'invoice' AND now.gateway = ANY"
"""In the one statement that reads all invoices: the worker's search for invoices to collect. What an invoice still
owes is in no column, so no index has it."""
LISTS: Final = (
    "",
    "/entitlements",
    "/capabilities",
    "/subscription",
    "/members",
    "/seats",
    "/invoices",
    "/history",
    "/quotes",
)


@contextmanager
def captured() -> Iterator[Sent]:
    """Collect the statements that are sent meanwhile."""
    sent: Sent = {}

    def note(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", sql) and "set_config" not in sql:
            sent.setdefault(sql, params)
        return execute(sql, params, *rest)

    with connection.execute_wrapper(note):
        yield sent


def whole_tables(sent: Sent) -> dict[str, str]:
    """Return the statements that would read a whole table of a million rows, each with the table."""
    found = {}
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner believes what stands here, but of a table without any row. All of it is taken back.
        fill(cursor)
        # What the tests before this one left behind is no likeness of a million rows.
        cursor.execute(
            "DELETE FROM pg_statistic WHERE starelid IN"
            " (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
        )
        # Without figures it takes active members for rare, and people for members of many accounts.
        cursor.execute("ANALYZE accounts_member (state, person_id)")
        cursor.execute(
            "UPDATE pg_class SET reltuples = %s, relpages = greatest(1, pg_relation_size(oid) / 8192)"
            " WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
            [ROWS, list(FEW)],
        )
        for sql, params in sent.items():
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            [(plan,)] = cursor.fetchall()
            document = json.loads(plan) if isinstance(plan, str) else plan
            for node in nodes(document[0]["Plan"]):
                if TO_COLLECT not in sql and reads_all(node) and node["Relation Name"] not in FEW:
                    found[" ".join(sql.split())] = node["Relation Name"]
        transaction.set_rollback(True)
    return found


def fill(cursor: Any) -> None:
    """Put a row into each table that has none, whatever stands in it."""
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute(CHECKS_OF_EMPTY)
    for table, check in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}")
    cursor.execute(COLUMNS_OF_EMPTY)
    for table, columns, values in cursor.fetchall():
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(values)})")


def check_indexes(sent: Sent) -> None:
    found = whole_tables(sent)
    assert not found, "\n".join(f"all of {table}: {sql}" for sql, table in found.items())


def reads_all(node: dict[str, Any]) -> bool:
    """Return true for a scan of a table, or of a whole index in search of rows that a filter lets through."""
    whole_index = "Index" in node["Node Type"] and "Index Cond" not in node and "Filter" in node
    whole_index = whole_index and node.get("Index Name") not in SHORT
    return "Relation Name" in node and (node["Node Type"] == "Seq Scan" or whole_index)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def test_an_edit_an_approval_and_a_renewal_find_their_rows_by_indexes(api: ApiClient) -> None:
    path = api.account("online_assisted", sandbox=False, today=None)
    with captured() as sent:
        api.take(path, TEAM_10)
        api.take(path, seats(12))
        agent = next(member["id"] for member in api.ok("GET", f"{path}/members")["items"] if member["role"] == "agent")
        api.ok("PUT", f"{path}/seats/support/members/{agent}")
        asked = api.ok("POST", f"{path}/requests", {"edits": [seats(14)]}, by=email("admin"))["id"]
        api.ok("POST", f"{path}/requests/{asked}/approve", {}, by=email("owner"))
        checkout.renew(UUID(path.rpartition("/")[2]), now=datetime.now(UTC) + timedelta(days=40))
    assert len(sent) > 20
    check_indexes(sent)


def test_every_step_of_the_worker_finds_its_rows_by_indexes(api: ApiClient) -> None:
    path = api.account("online_assisted", sandbox=False, today=None)
    api.take(path, TEAM_10)
    agent = next(member["id"] for member in api.ok("GET", f"{path}/members")["items"] if member["role"] == "agent")
    api.ok("PUT", f"{path}/seats/support/members/{agent}")
    with captured() as sent:
        for days in (0, 40):
            run_once(datetime.now(UTC) + timedelta(days=days))
    assert len(sent) > 20
    check_indexes(sent)


def test_pages_and_lists_find_their_rows_by_indexes(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    browser = signed_in(email("owner"))
    with captured() as sent:
        for page in CENTER:
            assert browser.get(f"{path}/{page}").status_code == 200, page
        for name in LISTS:
            api.call("GET", f"{path}{name}")
        create_link(email("owner"), expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert len(sent) > 25
    check_indexes(sent)


@pytest.mark.parametrize("q", ["", "nothing matches", "01900000-0000-7000-8000-000000000000"])
def test_the_desk_finds_accounts_by_indexes(api: ApiClient, q: str) -> None:
    [after] = [UUID(api.account().rpartition("/")[2])]
    with captured() as sent:
        for start in (None, after):
            directory(q=q, account_type="", state="", sandbox_only=False, after=start, limit=50)
    check_indexes(sent)


def test_a_table_is_seen_to_be_read_as_a_whole_once_its_index_is_gone(api: ApiClient) -> None:
    with captured() as sent:
        directory(q="nothing matches", account_type="", state="", sandbox_only=False, after=None, limit=50)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP INDEX accounts_account_name_part")
        assert set(whole_tables(sent).values()) == {"accounts_account"}
        transaction.set_rollback(True)


def test_the_tables_that_stay_small_are_tables() -> None:
    assert {*FEW} - {model._meta.db_table for model in apps.get_models()} <= {"bursar_cache"}
