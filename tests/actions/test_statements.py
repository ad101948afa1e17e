"""How often and how the database is asked: few times for an edit, an approval and a renewal, and by plans it keeps."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from api_client import TEAM_10, ApiClient, email, seats
from bursar import checkout
from bursar.columns.statement import select

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that are sent meanwhile, but for savepoints."""
    sent: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT")):
            sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield sent


def live(api: ApiClient) -> str:
    """An account by the real clock that has bought ten seats."""
    path = api.account("online_assisted", sandbox=False, today=None)
    api.take(path, TEAM_10)
    return path


def renewed(path: str, days: int) -> list[str]:
    with counting() as sent:
        checkout.renew(UUID(path.rpartition("/")[2]), now=datetime.now(UTC) + timedelta(days=days))
    return sent


def test_an_edit_and_a_renewal_need_few_statements(api: ApiClient) -> None:
    path = live(api)
    with counting() as sent:
        api.take(path, seats(12))
    assert len(sent) <= 18, [" ".join(sql.split())[:60] for sql in sent]
    sent = renewed(path, 40)
    assert len(sent) <= 11, [" ".join(sql.split())[:60] for sql in sent]


def test_several_days_that_are_due_are_written_at_once(api: ApiClient) -> None:
    path = live(api)
    by_month = renewed(path, 32)
    assert len(renewed(path, 32 + 6 * 31)) <= len(by_month)


def test_approving_needs_few_statements(api: ApiClient) -> None:
    path = live(api)
    asked = api.ok("POST", f"{path}/requests", {"edits": [seats(14)]}, by=email("admin"))["id"]
    with counting() as sent:
        api.ok("POST", f"{path}/requests/{asked}/approve", {}, by=email("owner"))
    assert len(sent) <= 24, [" ".join(sql.split())[:60] for sql in sent]


def test_a_statement_is_planned_anew_only_until_it_has_run_twice() -> None:
    for number in range(4):
        assert select("SELECT %(number)s::int + 1", number=number) == [(number + 1,)]
    kept = select("SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int + 1'")
    assert len(kept) == 1


@pytest.mark.parametrize(("given", "kept"), [({}, True), ({"BURSAR_PREPARE": "false"}, False)])
def test_a_pooler_that_loses_prepared_statements_is_given_none(given: dict[str, str], kept: bool) -> None:
    url = "postgres://bursar@localhost/bursar?sslmode=require"
    program = (
        "import json; from bursar.site import settings; print(json.dumps(settings.DATABASES['default']['OPTIONS']))"
    )
    environment = {**os.environ, "DATABASE_URL": url, **given}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    options = json.loads(told.stdout)
    assert (options["prepare_threshold"] is not None) is kept
    assert (options["server_side_binding"], options["sslmode"]) == (True, "require")
