"""What programs that watch over Bursar are answered: that it lives, that it is ready, and figures."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats
from bursar.jobs.actions import begin_round
from bursar.jobs.models import Round
from bursar.jobs.queues import queues
from bursar.jobs.steps import run_once
from bursar.policy.queries import current

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "a token for the tests, not short"


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def watcher(settings: Any) -> Client:
    settings.METRICS_TOKEN = TOKEN
    # A name by which nobody reaches the pages, as orchestration uses.
    return Client(headers={"host": "10.1.2.3:8000", "authorization": f"Bearer {TOKEN}"})


@pytest.fixture
def no_database() -> Iterator[None]:
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = 1
    yield
    connection.settings_dict["PORT"] = port
    connection.close()


def figures(watcher: Client) -> dict[str, float]:
    answer = watcher.get("/metrics")
    assert answer.status_code == 200
    lines = (line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_it_is_ready_once_database_tables_and_worker_are_there(watcher: Client) -> None:
    assert (watcher.get("/healthz").status_code, watcher.get("/healthz").json()) == (200, {"alive": True})
    silent = watcher.get("/readyz")
    assert (silent.status_code, silent.json()) == (503, {"ready": False, "missing": ["worker"]})
    begin_round(datetime.now(UTC))
    assert (watcher.get("/readyz").status_code, watcher.get("/readyz").json()) == (200, {"ready": True, "missing": []})
    Round.objects.update(began_at=datetime.now(UTC) - timedelta(seconds=61))
    assert watcher.get("/readyz").json()["missing"] == ["worker"]
    assert watcher.post("/readyz").status_code == 405
    assert watcher.get("/").status_code == 400


def test_it_is_not_ready_while_a_migration_is_not_applied(watcher: Client) -> None:
    begin_round(datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = 'away' WHERE app = 'notices'")
    try:
        assert watcher.get("/readyz").json()["missing"] == ["migrations"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET app = 'notices' WHERE app = 'away'")


def test_without_a_database_it_lives_and_is_not_ready(watcher: Client, no_database: None) -> None:
    assert watcher.get("/healthz").status_code == 200
    assert (watcher.get("/readyz").status_code, watcher.get("/readyz").json()["missing"]) == (503, ["database"])
    found = figures(watcher)
    assert found["bursar_database_up"] == 0
    assert 'bursar_queue_waiting{step="renew"}' not in found


def test_figures_are_for_who_has_the_token_and_nowhere_without_one(watcher: Client, settings: Any) -> None:
    assert watcher.get("/metrics", headers={"authorization": ""}).status_code == 401
    assert watcher.get("/metrics", headers={"authorization": "Bearer other"}).status_code == 401
    settings.METRICS_TOKEN = ""
    assert Client(headers={"authorization": "Bearer "}).get("/metrics").status_code == 404


def test_figures_count_requests_decisions_attempts_and_what_waits(api: ApiClient, watcher: Client) -> None:
    before = figures(watcher)
    path = api.account("online_assisted")
    api.take(path, TEAM_10)
    api.fails(403, "POST", f"{path}/changes", {"edits": [seats(5)]}, by=email("owner"))
    live = api.account(sandbox=False, today=None)
    api.take(live, TEAM_10)
    after = figures(watcher)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    route = 'method="POST",route="api/v1/accounts/<uuidstr:account_id>/changes"'
    assert more(f'bursar_requests_total{{{route},status="201"}}') == 2
    assert more(f'bursar_requests_total{{{route},status="403"}}') == 1
    assert more('bursar_decisions_total{by="member",outcome="refused"}') == 1
    assert more('bursar_decisions_total{by="vendor",outcome="allowed"}') >= 2
    assert after["bursar_database_up"] == 1
    assert after['bursar_queue_waiting{step="tell"}'] >= 1
    assert not [name for name in after if "acme" in name.lower()]


def test_the_age_of_a_queue_is_that_of_what_waits_longest_in_it(api: ApiClient) -> None:
    live = api.account(sandbox=False, today=None)
    api.take(live, TEAM_10)
    later = datetime.now(UTC) + timedelta(days=40)
    found = {queue.step: queue for queue in queues(later)}
    assert set(found) == {"finish", "collect", "tell", "renew", "expire", "send", "look", "remind", "announce"}
    assert found["renew"].waiting == 1
    assert timedelta(days=5) < timedelta(seconds=found["renew"].oldest_seconds) < timedelta(days=15)
    assert found["expire"].waiting == 0


def test_reminders_and_announcements_that_wait_have_an_age_too(api: ApiClient) -> None:
    live = api.account("online_assisted", sandbox=False, today=None, time_zone="UTC")
    api.take(live, {"edit": "change_cycle", "cycle": "annual"}, TEAM_10)
    api.ok("POST", f"{live}/requests", {"edits": [seats(12)]}, by="admin@acme.example")
    policy, now = current(), datetime.now(UTC)
    found = {queue.step: queue for queue in queues(now)}
    assert (found["remind"].waiting, found["announce"].waiting, found["look"].waiting) == (0, 0, 0)
    later = now + timedelta(days=policy.request_days - policy.reminder_days, hours=5)
    found = {queue.step: queue for queue in queues(later)}
    assert found["remind"].waiting == found["look"].waiting == 1
    assert timedelta(hours=4) < timedelta(seconds=found["remind"].oldest_seconds) < timedelta(hours=6)
    ends = date.fromisoformat(api.ok("POST", f"{live}/quotes", {"edits": [seats(11)]})["next_renewal"]["on"])
    told_from = datetime.combine(ends - timedelta(days=policy.renewal_notice_days), time(), UTC)
    found = {queue.step: queue for queue in queues(told_from + timedelta(hours=5))}
    assert (found["announce"].waiting, found["announce"].oldest_seconds) == (1, 5 * 3600)
    run_once(told_from + timedelta(hours=5))
    assert {queue.step: queue.waiting for queue in queues(told_from + timedelta(hours=5))}["announce"] == 0
