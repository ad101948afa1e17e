"""What a vendor's product asks by OpenFeature is what the API says, asked for as seldom as may be."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from openfeature import api as openfeature
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

from api_client import TEAM_10, ApiClient, email
from bursar.openfeature.provider import Entitlements

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def path(api: ApiClient) -> str:
    """Ten seats of Support, one of which the agent has, and an add-on without seats."""
    path = api.account()
    api.take(path, TEAM_10, {"edit": "add_product", "product": "resolutions", "plan": "standard", "units": 3})
    agent = next(one for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "agent")
    api.ok("PUT", f"{path}/seats/support/members/{agent['id']}")
    return path


@pytest.fixture(autouse=True)
def no_provider() -> Iterator[None]:
    yield
    openfeature.clear_providers()


def flags(url: str, api: ApiClient, **more: Any) -> OpenFeatureClient:
    openfeature.set_provider(Entitlements(url, api.key, **more))
    return openfeature.get_client()


def of(path: str, role: str = "") -> EvaluationContext:
    return EvaluationContext(email(role) if role else None, {"account": path.rpartition("/")[2]})


@contextmanager
def forwarding(url: str) -> Iterator[tuple[str, list[int]]]:
    """A way to the server that can be closed, and the answers that came by it."""
    answers: list[int] = []

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            passed = {name: value for name, value in self.headers.items() if name not in ("Host", "Connection")}
            try:
                with urllib.request.urlopen(urllib.request.Request(url + self.path, headers=passed)) as found:
                    status, body, tag = found.status, found.read(), found.headers.get("ETag")
            except urllib.error.HTTPError as other:
                status, body, tag = other.code, b"", other.headers.get("ETag")
            answers.append(status)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if tag:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Forward) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", answers
        server.shutdown()


def test_flags_say_what_may_be_used_and_by_whom(live_server: Any, api: ApiClient, path: str) -> None:
    asked = flags(live_server.url, api)
    for role, may in (("", True), ("agent", True), ("admin", False)):
        assert asked.get_boolean_value("support", not may, of(path, role)) is may, role
    assert asked.get_boolean_value("resolutions", False, of(path, "admin")), "what has no seats is everybody's"
    assert asked.get_boolean_value("voice", True, of(path)) is False
    assert asked.get_boolean_value("support.feature.Ticketing", False, of(path, "agent"))
    assert not asked.get_boolean_value("support.feature.Ticketing", True, of(path, "admin"))
    assert not asked.get_boolean_value("voice.feature.Ticketing", True, of(path))
    assert asked.get_string_value("support.plan", "", of(path)) == "team"
    assert asked.get_string_value("account.state", "", of(path)) == "active"
    assert asked.get_boolean_value("account.active", False, of(path))
    numbers = [
        asked.get_integer_value(f"support.{one}", 0, of(path)) for one in ("quantity", "seats.bought", "seats.used")
    ]
    assert numbers == [10, 10, 1]
    assert asked.get_float_value("resolutions.quantity", 0.0, of(path)) == 3.0
    known: Any = asked.get_object_value("account", {}, of(path))
    assert known == api.ok("GET", f"{path}/entitlements")
    one: Any = asked.get_object_value("support", {}, of(path))
    assert one["plan"] == "team"


def test_who_is_suspended_may_use_nothing(live_server: Any, api: ApiClient, path: str) -> None:
    agent = next(one for one in api.ok("GET", f"{path}/members")["items"] if one["role"] == "agent")
    api.ok("PATCH", f"{path}/members/{agent['id']}", {"state": "suspended"})
    asked = flags(live_server.url, api)
    assert [asked.get_boolean_value(one, True, of(path, "agent")) for one in ("support", "resolutions")] == [
        False,
        False,
    ]
    assert asked.get_string_value("account.state", "unknown", of(path, "agent")) == "unknown"
    assert asked.get_boolean_details("account.active", True, of(path, "agent")).error_code is ErrorCode.FLAG_NOT_FOUND


def test_what_cannot_be_answered_has_its_default_and_says_why(live_server: Any, api: ApiClient, path: str) -> None:
    asked, nobody = flags(live_server.url, api), EvaluationContext("zoe@elsewhere.example", of(path).attributes)
    for context, code in (
        (EvaluationContext(), ErrorCode.INVALID_CONTEXT),
        (of(f"/accounts/{uuid4()}"), ErrorCode.INVALID_CONTEXT),
        (nobody, ErrorCode.INVALID_CONTEXT),
    ):
        found = asked.get_boolean_details("support", True, context)
        assert (found.value, found.error_code) == (True, code)
    assert asked.get_string_details("voice.plan", "none", of(path)).error_code is ErrorCode.FLAG_NOT_FOUND
    assert asked.get_boolean_details("support.plan", True, of(path)).error_code is ErrorCode.FLAG_NOT_FOUND
    assert asked.get_integer_details("support.plan", 7, of(path)).error_code is ErrorCode.TYPE_MISMATCH
    openfeature.set_provider(Entitlements(live_server.url, "no key"))
    assert asked.get_boolean_details("support", True, of(path)).error_code is ErrorCode.GENERAL
    with pytest.raises(ValueError, match="address of Bursar"):
        Entitlements("billing.example", "key")


def test_an_answer_is_asked_for_again_by_its_tag_when_it_is_no_longer_fresh(
    live_server: Any, api: ApiClient, path: str
) -> None:
    with forwarding(live_server.url) as (url, answers):
        fresh = flags(url, api, fresh_seconds=3600.0, account=path.rpartition("/")[2])
        assert [fresh.get_boolean_value("support", False) for _ in range(5)] == [True] * 5
        assert answers == [200]
        asked = flags(url, api, fresh_seconds=0.0)
        for _ in range(2):
            assert asked.get_integer_value("support.quantity", 0, of(path)) == 10
        assert answers == [200, 200, 304]
        api.take(path, {"edit": "set_seats", "product": "support", "seats": 12})
        assert asked.get_integer_value("support.quantity", 0, of(path)) == 12
        assert answers == [200, 200, 304, 200]


def test_while_bursar_cannot_be_reached_the_last_answer_counts_on(live_server: Any, api: ApiClient, path: str) -> None:
    with forwarding(live_server.url) as (url, _):
        asked = flags(url, api, fresh_seconds=0.0)
        assert asked.get_boolean_details("support", False, of(path)).reason is Reason.TARGETING_MATCH
    found = asked.get_boolean_details("support", False, of(path))
    assert (found.value, found.reason) == (True, Reason.STALE)
    unknown = asked.get_boolean_details("support", False, of(path, "agent"))
    assert (unknown.value, unknown.error_code) == (False, ErrorCode.GENERAL)
