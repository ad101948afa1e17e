"""What is written down of requests and of the worker, and what never is: names, addresses, keys, links, tokens."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from api_client import ApiClient, email, signed_in
from bursar.jobs.steps import run_once
from bursar.logs import BadLogForm, configuration, log
from bursar.logs.trace import trace

pytestmark = pytest.mark.django_db(transaction=True)
UUID_4 = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What is logged, as JSON, one line each."""
    given = configuration("json")
    written = StringIO()
    formatter = given["formatters"]["line"]
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter["()"](**{name: one for name, one in formatter.items() if name != "()"}))
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def read(lines: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_each_request_is_one_line_with_its_id_its_account_and_how_it_went(api: ApiClient, lines: StringIO) -> None:
    path = api.account()
    lines.truncate(0)
    lines.seek(0)
    answered = api.call("GET", f"{path}/subscription?secret=marked", by=email("owner"))
    refused = api.call("GET", f"{path}/invoices", by=email("agent"))
    signed_in(email("owner")).get(f"{path}/team?q=marked")
    first, second, *_, page = [one for one in read(lines) if one["event"] == "request"]
    assert {name: first[name] for name in ("method", "route", "status", "outcome", "account", "level")} == {
        "method": "GET",
        "route": "api/v1/accounts/<uuidstr:account_id>/subscription",
        "status": 200,
        "outcome": "done",
        "account": path.removeprefix("/accounts/"),
        "level": "info",
    }
    assert first["request"] == answered["Request-Id"]
    assert isinstance(first["milliseconds"], int)
    assert (second["status"], second["outcome"]) == (403, "refused")
    assert second["request"] == refused["Request-Id"] == refused.json()["request_id"]
    assert page["route"] == "accounts/<uuid:account_id>/team"
    assert "marked" not in lines.getvalue()


def test_a_failure_is_logged_once_and_its_id_stands_on_the_page_in_both_languages(
    api: ApiClient, lines: StringIO
) -> None:
    path = api.account()
    browser = signed_in(email("owner"))
    browser.raise_request_exception = False
    for language, said in (("en", "Something went wrong"), ("fr", "Un problème est survenu")):
        browser.post("/language", {"language": language})
        lines.truncate(0)
        lines.seek(0)
        with without_table("catalog_version"):
            answer = browser.get(f"{path}/manage")
        assert answer.status_code == 500
        assert said in answer.text
        assert answer["Request-Id"] in answer.text
        [failure] = [one for one in read(lines) if "exception" in one]
        assert failure["request"] == answer["Request-Id"]
        assert "UndefinedTable (sqlstate=42P01" in failure["exception"]
        assert "catalog/queries.py" in failure["exception"]
        [request] = [one for one in read(lines) if one["event"] == "request"]
        assert (request["status"], request["outcome"], request["level"]) == (500, "failed", "error")


def test_a_failure_of_the_api_is_a_problem_with_the_id(api: ApiClient, lines: StringIO) -> None:
    path = api.account()
    api.client.raise_request_exception = False
    with without_table("catalog_version"):
        problem = api.fails(500, "GET", "/catalog")
    assert problem["code"] == "failed"
    [failure] = [one for one in read(lines) if "exception" in one]
    assert failure["request"] == problem["request_id"]
    assert problem["request_id"] in problem["detail"]
    assert path


def test_a_page_that_says_so_comes_also_when_no_table_answers(lines: StringIO) -> None:
    browser = Client(raise_request_exception=False)
    with without_table("django_session"):
        browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
        answer = browser.get("/")
    assert answer.status_code == 500
    assert answer["Request-Id"] in answer.text


def test_the_worker_says_for_which_account_it_failed_and_not_what_the_database_said(
    api: ApiClient, lines: StringIO
) -> None:
    path = api.account(sandbox=False, today=None)
    api.take(path, {"edit": "add_product", "product": "support", "plan": "team", "seats": 2})
    with raising("notices_told", "marked-Zoë zoe@marked.example"), pytest.raises(ExceptionGroup):
        run_once(datetime.now(UTC))
    failed = [one for one in read(lines) if one["event"] == "a step of the worker failed"]
    assert failed
    assert {one["step"] for one in failed} == {"tell"}
    assert {one["account"] for one in failed} == {path.removeprefix("/accounts/")}
    assert "RaiseException (sqlstate=P0001)" in failed[0]["exception"]
    assert "marked" not in lines.getvalue()


def test_a_trace_has_the_places_of_all_that_led_to_it_and_no_message() -> None:
    try:
        try:
            raise ValueError("zoe@marked.example")
        except ValueError as first:
            raise ExceptionGroup("marked", [KeyError("marked"), OSError(28, "marked")]) from first
    except ExceptionGroup as group:
        group.add_note("marked")
        written = trace(group)
    assert "marked.example" not in re.sub(r"raise \w+\(.*", "", written)
    assert [line.strip() for line in written.splitlines() if line.strip().startswith(("builtins", "which", "of"))] == [
        "builtins.ValueError",
        "which led to:",
        "builtins.ExceptionGroup",
        "of which 1:",
        "builtins.KeyError",
        "of which 2:",
        "builtins.OSError (errno=ENOSPC)",
    ]


def test_what_a_library_says_is_not_repeated(lines: StringIO) -> None:
    logging.getLogger("some.library").warning("no mail to %s", "zoe@marked.example")
    log.warning("ours", account=UUID_4)
    theirs, ours = read(lines)
    assert theirs["logger"] == "some.library"
    assert "marked" not in lines.getvalue()
    assert (ours["event"], ours["account"], ours["level"]) == ("ours", UUID_4, "warning")


def test_a_form_of_the_log_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(BadLogForm, match="expected text, or json"):
        configuration("xml")


class without_table:  # noqa: N801  # read like the words around it
    """A block during which a table is not there, as after a migration that was not run."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {self.name} RENAME TO {self.name}_away")

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {self.name}_away RENAME TO {self.name}")


class raising:  # noqa: N801  # read like the words around it
    """A block during which a table takes no row, and says something of its own."""

    def __init__(self, table: str, message: str) -> None:
        self.table, self.message = table, message

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE '{self.message}'; END$$"
            )
            cursor.execute(f"CREATE TRIGGER refuse BEFORE INSERT ON {self.table} EXECUTE FUNCTION refuse()")

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse CASCADE")
