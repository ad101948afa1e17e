"""The figures of a served Bursar are those of all its processes, whichever of them is asked."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from served import Served

TOKEN = "0123456789abcdef0123456789abcdef"
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON jobs_round FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER refuse_too BEFORE UPDATE ON jobs_round FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@pytest.fixture
def served(reachable: Path) -> Iterator[Served]:
    found = Served(reachable / "home", BURSAR_METRICS_TOKEN=TOKEN)
    yield found
    found.stop()


def figure(served: Served, name: str) -> float:
    status, answer = served.send("GET", "/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200, answer
    found = re.search(rf"^{re.escape(name)} (\S+)$", answer, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_every_process_answers_for_all(served: Served) -> None:
    asked = 'bursar_requests_total{method="GET",route="api/v1/openapi.json",status="200"}'
    for _ in range(20):
        assert served.send("GET", "/api/v1/openapi.json")[0] == 200
    assert {figure(served, asked) for _ in range(8)} == {20.0}
    deadline = time.monotonic() + 30
    while served.send("GET", "/readyz")[0] != 200:
        assert time.monotonic() < deadline, served.log.read_text(encoding="utf-8")
    with served.database() as connection:
        connection.execute(REFUSE)
    while figure(served, 'bursar_failures_total{part="worker"}') == 0:
        assert time.monotonic() < deadline + 30, served.log.read_text(encoding="utf-8")
