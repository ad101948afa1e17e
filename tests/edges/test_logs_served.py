"""Marked secrets go through everything that a served Bursar answers; none stands in what its processes write down."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from bursar.postgres.programs import home_for, unprivileged_user
from served import Served

MARK = "marked"
PAGES = (
    f"/sign-in/{MARK}-link",
    f"/invitation/{MARK}-invitation",
    f"/session/{MARK}-session",
    f"/sign-in/password/abc-{MARK}-key",
    f"/sign-in/with/sso/back?code={MARK}&state={MARK}",
    f"/accounts/{MARK}",
    f"/{MARK}?token={MARK}",
    f"/static/{MARK}.css?{MARK}",
    f"/api/v1/{MARK}?{MARK}",
    "/me",
)
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'marked-raised %', NEW USING DETAIL = 'marked-detail'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON notices_told FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@pytest.fixture
def served(reachable: Path) -> Iterator[Served]:
    found = Served(reachable / "home")
    yield found
    found.stop()


def test_lines_about_the_server_s_own_parts_are_json_too(served: Served) -> None:
    children = psutil.Process(served.process.pid).children(recursive=True)
    called = {child: " ".join(child.cmdline()) for child in children}
    [worker] = [child for child in children if "bursar.cli worker" in called[child]]
    web_worker = next(child for child in children if "granian" in called[child] and "worker-" in called[child])
    for one in (worker, web_worker):
        one.kill()
    served.wait_for("works again")
    deadline = time.monotonic() + 60
    while not any(line["logger"] == "_granian" for line in served.lines() if "logger" in line):
        assert time.monotonic() < deadline, served.log.read_text(encoding="utf-8")
        time.sleep(0.1)
    said = {line["event"]: line.get("part") for line in served.lines()}
    assert said["ended (killed by SIGKILL)"] == said["works again"] == "The worker"
    after = served.log.read_text(encoding="utf-8").partition("is ready")[2].partition("\n")[2]
    assert not [line for line in after.splitlines() if line and not line.startswith("{")]


def feed(served: Served, key: str) -> None:
    """Everything that can be sent, with marks in it."""
    cookies = {"Cookie": f"sessionid={MARK}{'a' * 26}; csrftoken={MARK}", "Referer": f"http://localhost/{MARK}"}
    for page in PAGES:
        for method in ("GET", "POST", "MARKED"):
            served.send(method, page, f"email={MARK}%40{MARK}.example", **cookies)
    served.send("GET", "/", Host=f"{MARK}.example")
    served.send("POST", "/sign-in", f"login={MARK}@{MARK}.example&password={MARK}", **cookies)
    served.send("GET", f"/api/v1/accounts?{MARK}", Authorization=f"Bearer bursar_{MARK}")
    bearer = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    for actor in (f"{MARK}@{MARK}.example", MARK):
        served.send("GET", "/api/v1/accounts", Bursar_Actor=actor, **bearer)
    served.send("POST", "/api/v1/accounts", json.dumps({"name": MARK}), Idempotency_Key=MARK, **bearer)
    served.send("PUT", "/api/v1/policy", json.dumps({MARK: MARK}), **bearer)


def test_no_secret_that_is_fed_to_it_stands_in_any_of_its_logs(served: Served) -> None:
    for room, file in (("catalog", "catalogs/demo.toml"), ("policy", "policies/standard.toml")):
        served.run(room, "apply", file)
    key = served.run("key", "create", "shop").split()[-1]
    bearer = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    feed(served, key)
    owner = {"name": "Marked-Zoë", "email": f"zoe@{MARK}.example"}
    user = {
        "name": MARK,
        "account_type": "self_service",
        "currency": "EUR",
        "time_zone": "Europe/Paris",
        "owner": owner,
    }
    status, answer = served.send("POST", "/api/v1/accounts", json.dumps(user, ensure_ascii=False), **bearer)
    assert status == 201, answer
    account_id = json.loads(answer.split("\r\n\r\n", 1)[1])["id"]
    with served.database() as connection:
        connection.execute(REFUSE)
        connection.execute("ALTER TABLE accounts_person RENAME TO person_away")
    status, answer = served.send("POST", "/api/v1/accounts", json.dumps(user), **bearer)
    assert status == 500, answer
    served.send("POST", "/sign-in/link", f"email=other%40{MARK}.example", Cookie="csrftoken=" + "a" * 32)
    with served.database() as connection:
        connection.execute("ALTER TABLE person_away RENAME TO accounts_person")
    member = {"name": MARK, "email": f"ada@{MARK}.example", "role": "admin"}
    served.send("POST", f"/api/v1/accounts/{account_id}/members", json.dumps(member), **bearer)
    served.wait_for("a step of the worker failed")
    problem = json.loads(answer.split("\r\n\r\n", 1)[1])
    assert [line["request"] for line in served.lines() if line["event"] == "a request failed"] == [
        problem["request_id"]
    ]
    failed = [line for line in served.lines() if line["event"] == "a step of the worker failed"]
    assert {one["account"] for one in failed} == {account_id}
    database = home_for(served.home, unprivileged_user(served.home)) / "postgres" / "log"
    for log in (served.log, database):
        written = log.read_text(encoding="utf-8").lower()
        assert written
        assert MARK not in written, [line for line in written.splitlines() if MARK in line][:3]
        assert key.lower() not in written
