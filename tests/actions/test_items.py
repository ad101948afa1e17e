"""The rows of items say what was agreed, after every kind of edit, renewal, end and undoing."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api_client import TEAM_10, ApiClient, email, seats, temporary, trial
from bursar.jobs.invariants import violations
from bursar.subscriptions.models import Item

pytestmark = pytest.mark.django_db
CHAT: dict[str, Any] = {"edit": "add_product", "product": "chat", "plan": "standard", "seats": 2}


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def rows(path: str) -> list[tuple[object, ...]]:
    of_account = Item.objects.filter(account_id=UUID(path.rpartition("/")[2])).order_by("product", "starts_on")
    return list(of_account.values_list("product", "plan", "quantity", "temporary", "starts_on", "ends_on"))


def check() -> None:
    """What the rows say is what the changes say, and nothing else of the data is broken."""
    assert list(violations(datetime.now(UTC), deep=True)) == []


def until(api: ApiClient, path: str, day: str) -> None:
    api.ok("POST", f"{path}/clock", {"to": day}, idempotency_key=day)


def undo_all(api: ApiClient, path: str) -> None:
    scheduled = api.ok("GET", f"{path}/subscription")["scheduled"]
    api.take(path, *({"edit": "undo", "change": change["id"]} for change in scheduled))


STEPS: dict[str, list[Any]] = {
    "more and fewer seats": [[TEAM_10], "2026-01-10", [seats(12)], [{**seats(5), "on": "renewal"}], "2026-02-10"],
    "temporary seats": [[TEAM_10], [temporary("2026-01-05", "2026-01-20")], "2026-01-12", [seats(11)], "2026-03-01"],
    "another plan": [[TEAM_10], "2026-01-05", [{"edit": "change_plan", "product": "support", "plan": "growth"}]],
    "another product, and without it": [
        *([TEAM_10], "2026-01-05", [CHAT], "2026-01-20"),
        *([{"edit": "remove_product", "product": "chat"}], "2026-02-01", [CHAT]),
    ],
    "another cycle": [[TEAM_10], "2026-01-05", [CHAT, {"edit": "change_cycle", "cycle": "annual"}], "2026-02-02"],
    "units": [[TEAM_10, {"edit": "add_product", "product": "resolutions", "plan": "standard", "units": 500}]],
    "a trial that ends": [[trial("2026-01-14")], "2026-01-14", "2026-01-15"],
    "a trial that is bought": [[trial("2026-01-14")], "2026-01-10", [TEAM_10], "2026-02-01"],
    "the vendor's own price and day": [
        *([TEAM_10], "2026-01-20", [{**seats(12), "on": "2026-01-05", "price": "3.5"}]),
        [{**seats(14), "on": "2026-01-03"}],
    ],
    "an end, and going on after all": [[TEAM_10], [{"edit": "cancel"}], undo_all, "2026-02-05", [seats(11)]],
    "an end, and coming back": [[TEAM_10], "2026-01-05", [{"edit": "cancel", "on": "now"}]],
    "a suspension over a renewal": [[TEAM_10], [{"edit": "suspend"}], "2026-02-05", [{"edit": "resume"}], [seats(11)]],
    "taken back after a renewal": [[TEAM_10], "2026-02-01", [{**seats(5), "on": "renewal"}], undo_all, "2026-03-01"],
    "taken back on the day of a renewal": [
        *([TEAM_10], [{**seats(8), "on": "renewal"}], "2026-02-01", [seats(9)], [{**seats(7), "on": "renewal"}]),
        *(undo_all, [seats(8)], "2026-03-01"),
    ],
}


@pytest.mark.parametrize("name", STEPS)
def test_the_rows_say_what_the_changes_say_after_every_step(api: ApiClient, name: str) -> None:
    path = api.account("managed")
    for step in STEPS[name]:
        if isinstance(step, str):
            until(api, path, step)
        elif callable(step):
            step(api, path)
        else:
            api.take(path, *step)
        check()
    assert rows(path)


def test_what_is_scheduled_has_its_days_at_once_and_nothing_is_written_when_they_come(api: ApiClient) -> None:
    path = api.account("managed")
    api.take(path, TEAM_10)
    api.take(path, {**seats(5), "on": "renewal"}, temporary("2026-01-05", "2026-01-20"))
    days = [date(2026, 1, 1), date(2026, 1, 5), date(2026, 1, 20), date(2026, 2, 1)]
    written = [
        ("support", "team", *count, start, end)
        for count, start, end in zip([(10, 0), (10, 2), (10, 0), (5, 0)], days, [*days[1:], None], strict=True)
    ]
    assert rows(path) == written
    with CaptureQueriesContext(connection) as statements:
        until(api, path, "2026-04-01")
    assert not [query for query in statements if 'INTO "subscriptions_item' in query["sql"]]
    assert rows(path) == written


def test_what_is_taken_back_leaves_the_days_before_as_they_are(api: ApiClient) -> None:
    path = api.account("managed")
    api.take(path, TEAM_10)
    api.take(path, {**seats(5), "on": "renewal"})
    undo_all(api, path)
    days = [date(2026, 1, 1), date(2026, 2, 1)]
    assert rows(path) == [("support", "team", 10, 0, *days), ("support", "team", 10, 0, days[1], None)]


def test_a_preview_and_a_quote_write_no_items(api: ApiClient) -> None:
    path = api.account()
    api.ok("POST", f"{path}/quotes", {"edits": [TEAM_10]})
    api.take(path, TEAM_10)
    before = rows(path)
    api.ok("POST", f"{path}/quotes", {"edits": [seats(20)]}, by=email("owner"))
    assert rows(path) == before
