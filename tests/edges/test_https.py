"""A Bursar that people reach by HTTPS: each of its answers tells browsers to come by nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from served import Served

STRICT = re.compile(r"^strict-transport-security: max-age=31536000\r$", re.MULTILINE | re.IGNORECASE)
EVERYWHERE = ("/", "/sign-in", "/static/ui/ui.css", "/api/v1/openapi.json", "/healthz", "/readyz", "/nowhere")
"""A page, a file, a call, what watchers ask, and what is not there."""


@pytest.fixture
def served(reachable: Path) -> Iterator[Served]:
    own = {"BURSAR_HOSTS": "b.example", "BURSAR_ORIGINS": "https://b.example", "BURSAR_HTTPS": "yes"}
    found = Served(reachable / "home", BURSAR_URL="https://b.example/", BURSAR_PROXIES="1", **own)
    yield found
    found.stop()


def test_every_answer_tells_browsers_to_come_by_https_alone(served: Served) -> None:
    for path in EVERYWHERE:
        status, answer = served.send("GET", path, Host="b.example")
        assert STRICT.search(answer), (path, status, answer[:500])
    for method, path, headers in (
        ("POST", "/sign-in/link", {}),
        ("POST", "/api/v1/accounts", {}),
        ("GET", "/api/v1/accounts", {"Bursar_Actor": "a", "Authorization": ""}),
        ("GET", "/", {"Host": "elsewhere.example"}),
        ("GET", "/", {"Cookie": "x" * 40_000}),
    ):
        status, answer = served.send(method, path, **{"Host": "b.example", **headers})
        assert status >= 400 and STRICT.search(answer), (method, path, status, answer[:500])
    assert served.send("GET", "/look", Host="b.example")[0] == 404


@pytest.mark.django_db
def test_where_people_come_without_https_browsers_are_told_nothing(client: Client) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


@pytest.mark.django_db
def test_the_gallery_of_components_is_there_in_a_demo_only(client: Client, settings: Any) -> None:
    assert client.get("/look").status_code == 404
    settings.DEMO = True
    assert client.get("/look").status_code == 200
