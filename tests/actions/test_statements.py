"""An edit, an approval and a renewal ask the database few times, however much happens to the account at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from api_client import TEAM_10, ApiClient, email, seats
from bursar import checkout

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
