"""The doctor as an operator calls it: it finds what is wrong, says how to mend it, and changes nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from django.db import connection

import factory
from api_client import ApiClient
from bursar.accounts.keys import create_link
from bursar.catalog.models import Version as CatalogVersion
from bursar.cli.checks import data, machine
from bursar.cli.checks.check import Check, ok
from bursar.cli.checks.outside import outside
from bursar.cli.serve import _run_round
from bursar.identity.models import Person
from bursar.jobs.actions import begin_round, end_round
from bursar.jobs.invariants import BOOK_RULES, SET_RULES
from bursar.jobs.models import Round
from bursar.policy.models import Version as PolicyVersion

NOW = datetime(2026, 1, 10, 9, 30, tzinfo=UTC)
PAGE = Path(__file__).resolve().parents[2] / "docs/operations.md"
Environment = dict[str, str]
HTTPS: Environment = {
    "BURSAR_URL": "https://b.example",
    "BURSAR_HOSTS": "b.example",
    "BURSAR_ORIGINS": "https://b.example",
    "BURSAR_HTTPS": "true",
    "BURSAR_PROXIES": "1",
}


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a database without any table."""
    url = os.environ["DATABASE_URL"]
    name = f"empty_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"{url.rpartition('/')[0]}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def asked(environment: Environment, *options: str) -> tuple[int, dict[str, dict[str, Any]], dict[str, Any]]:
    """The exit status, the checks by name, and the whole answer."""
    command = [sys.executable, "-m", "bursar.cli", "doctor", "--json", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.stdout, done.stderr
    answer = json.loads(done.stdout)
    return done.returncode, {one["name"]: one for one in answer["checks"]}, answer


def start(environment: Environment, *options: str) -> subprocess.Popen[str]:
    """`bursar serve`, once it says that it is ready."""
    command = [sys.executable, "-m", "bursar.cli", "serve", *options]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    assert any("is ready" in line for line in process.stdout)
    return process


def test_on_a_fresh_machine_it_says_how_to_start_and_makes_nothing(environment: Environment) -> None:
    status, checks, _ = asked(environment)
    assert status == 0
    assert checks["database"]["state"] == "warning"
    assert "bursar serve" in checks["database"]["cure"]
    assert checks["data"]["found"].startswith("none yet")
    assert not Path(environment["BURSAR_HOME"]).exists()


def test_it_knows_a_running_server_a_stopped_one_and_a_killed_one(installed: Environment) -> None:
    process = start(installed, "--demo")
    for _ in range(10):
        status, checks, answer = asked(installed, "--deep")
        if checks["worker"]["state"] == "ok":
            # On a busy machine its first round ends some time after the first page is answered.
            break
    assert status == 0, answer
    assert answer["wrong"] == 0
    assert {name for name, one in checks.items() if one["state"] != "ok"} == {"keys"}
    assert checks["port"]["found"].endswith("Bursar answers")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    status, checks, _ = asked(installed)
    assert (status, checks["database"]["state"]) == (0, "warning")
    assert checks["data"]["found"].startswith("in ")
    Path(installed["BURSAR_HOME"], "database.url").write_text("postgres://bursar:x@127.0.0.1:1/bursar")
    status, checks, _ = asked(installed)
    assert (status, checks["database"]["state"]) == (0, "warning")
    assert "killed" in checks["database"]["found"]


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("postgres://anna:geheim@127.0.0.1:1/books", "start PostgreSQL"),
        ("postgres://anna:geheim@nowhere.invalid/books", "the host in DATABASE_URL is unknown"),
        ("mysql://anna:geheim@127.0.0.1/books", "write it as postgres://"),
        ("postgres://anna:geheim@[::1/books", "write it as postgres://"),
        ("", "write it as postgres://"),
        ("postgres://anna:geheim@{server}/books", "the user or the password"),
    ],
)
def test_a_database_that_does_not_answer_has_its_cure_and_keeps_its_password(
    environment: Environment, url: str, cure: str
) -> None:
    server = os.environ["DATABASE_URL"].rpartition("@")[2].partition("/")[0]
    status, checks, answer = asked({**environment, "DATABASE_URL": url.format(server=server)})
    assert (status, checks["database"]["state"]) == (1, "wrong")
    assert cure in checks["database"]["cure"]
    assert "geheim" not in json.dumps(answer)


def test_a_database_without_tables_is_told_and_stays_without(environment: Environment, empty_database: str) -> None:
    status, checks, _ = asked({**environment, "DATABASE_URL": empty_database})
    assert (status, checks["tables"]["state"]) == (1, "wrong")
    assert "bursar migrate" in checks["tables"]["cure"]
    assert "rules" not in checks
    with psycopg.connect(empty_database) as server:
        assert server.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


@pytest.mark.parametrize(
    ("given", "state", "said"),
    [
        ({}, "ok", "none is set"),
        ({"BURSAR_HOSTS": "billing.acme.example"}, "warning", "nobody is sent a link"),
        ({"BURSAR_MAIL_URL": "pigeon://geheim"}, "wrong", "pigeon:// is no way to send emails"),
        ({"BURSAR_MAIL_URL": "postmark://geheim"}, "warning", "by Postmark, but from an address"),
        (
            {"BURSAR_MAIL_URL": "smtp://a:geheim@mail.example", "BURSAR_MAIL_FROM": "billing@acme.example"},
            "ok",
            "by mail.example, from billing@acme.example",
        ),
    ],
)
def test_it_says_by_which_way_emails_go_out(given: Environment, state: str, said: str) -> None:
    found = machine.mail(given)
    assert found.state == state and said in found.finding
    assert bool(found.cure) is (state != "ok")
    assert "geheim" not in f"{found.finding} {found.cure}"


def test_a_way_for_emails_that_cannot_be_read_stops_every_command_with_what_is_wrong(environment: Environment) -> None:
    own = {**environment, "BURSAR_MAIL_URL": "pigeon://geheim", "DATABASE_URL": os.environ["DATABASE_URL"]}
    status, checks, _ = asked(own)
    assert (status, checks["mail"]["state"], checks["settings"]["state"]) == (1, "wrong", "wrong")
    command = [sys.executable, "-m", "bursar.cli", "key", "list"]
    done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("bursar: BURSAR_MAIL_URL cannot be read: pigeon:// is no way to send emails.")
    assert "geheim" not in done.stderr


def test_a_mistake_in_a_setting_is_named_without_a_database_and_stops_every_command(environment: Environment) -> None:
    own = {**environment, "BURSAR_DEMO": "perhaps"}
    status, checks, _ = asked(own)
    assert (status, checks["settings"]["state"], checks["database"]["state"]) == (1, "wrong", "warning")
    assert "BURSAR_DEMO is 'perhaps': expected true or false." in checks["settings"]["found"]
    command = [sys.executable, "-m", "bursar.cli", "migrate"]
    own["DATABASE_URL"] = os.environ["DATABASE_URL"]
    done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "bursar: BURSAR_DEMO is 'perhaps': expected true or false.\n")


def test_what_is_broken_in_the_data_fails_and_is_listed(environment: Environment, empty_database: str) -> None:
    own = {**environment, "DATABASE_URL": empty_database}
    subprocess.run([sys.executable, "-m", "bursar.cli", "demo"], env=own, check=True, capture_output=True, timeout=60)
    with psycopg.connect(empty_database) as server:
        server.execute("SET session_replication_role = replica")
        server.execute("UPDATE invoices_invoice SET net = net + 1, tax = tax - 1 WHERE tax > 0")
    status, checks, answer = asked(own)
    assert (status, checks["documents_add_up"]["state"]) == (1, "wrong")
    assert answer["wrong"] == 2
    assert checks["worker"]["found"].startswith("none has ever run")
    many = len(answer["violations"])
    assert many > data.EXAMPLES
    assert f"and {many - data.EXAMPLES} more" in checks["documents_add_up"]["found"]
    assert all(one["account_id"] and one["cure"] for one in answer["violations"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("began", "ended", "failures", "state", "found"),
    [
        (1, 0, 0, "ok", "last seen"),
        (0, 1, 0, "ok", "last seen"),
        (1, 0, 2, "warning", "failed for 2 things"),
        (240, 241, 0, "warning", "at one round since"),
        (3600, 3599, 0, "wrong", "last seen 2026-01-10 08:30:01+00:00"),
        (3600, 3601, 0, "wrong", "last seen 2026-01-10 08:30:00+00:00"),
        (1, 3600, 0, "wrong", "no round came to its end since"),
        (1, None, 0, "ok", "last seen"),
    ],
)
def test_a_worker_is_known_by_its_last_round(
    began: int, ended: int | None, failures: int, state: str, found: str
) -> None:
    """`began` and `ended` in seconds before now."""
    assert data.worker(NOW).state == "wrong"
    begin_round(NOW - timedelta(seconds=began))
    if ended is not None:
        end_round(NOW - timedelta(seconds=ended), failures)
    check = data.worker(NOW)
    assert (check.state, found in check.finding) == (state, True), check


@pytest.mark.django_db
def test_a_worker_writes_each_round_down() -> None:
    factory.seller()
    _run_round(Event())
    row = Round.objects.get()
    assert row.ended_at is not None
    assert row.began_at <= row.ended_at
    assert row.failures == 0
    assert data.worker(datetime.now(UTC)).state == "ok"


@pytest.mark.django_db
def test_what_is_not_published_yet_is_wrong_and_has_its_command() -> None:
    assert [one.state for one in data.published()] == ["wrong", "wrong"]
    assert "bursar catalog apply FILE" in next(iter(data.published())).cure
    assert data.keys(datetime.now(UTC)).state == "warning"
    ApiClient()
    assert [one.state for one in data.published()] == ["ok", "ok"]
    assert data.keys(datetime.now(UTC)).state == "ok"


@pytest.mark.django_db
def test_what_is_published_and_cannot_be_read_is_wrong() -> None:
    factory.version(CatalogVersion, document={"products": 1})
    factory.version(PolicyVersion, document={})
    assert [one.state for one in data.published()] == ["wrong", "wrong"]


@pytest.mark.django_db
def test_tables_of_a_newer_version_are_not_touched() -> None:
    assert data.tables().state == "ok"
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('invoices', '9999_later', now())")
    assert "newer Bursar (invoices.9999_later)" in data.tables().finding


@pytest.mark.django_db
def test_a_clock_that_is_off_by_a_minute_is_wrong() -> None:
    assert data.clocks(lambda: datetime.now(UTC)).state == "ok"
    assert data.clocks(lambda: datetime.now(UTC) + timedelta(minutes=1)).state == "wrong"
    assert data.clocks(lambda: datetime.now(UTC) - timedelta(minutes=1)).state == "wrong"


@pytest.mark.django_db
def test_a_zone_that_is_unknown_here_is_named() -> None:
    assert data.zones_of_accounts().state == "ok"
    factory.account(time_zone="Mars/Olympus")
    assert "Mars/Olympus" in data.zones_of_accounts().finding


def states(*checks: Check) -> list[str]:
    return [check.state for check in checks]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["ok", "ok", "ok"]),
        ({"BURSAR_HOSTS": "localhost"}, ["ok", "ok", "ok"]),
        ({"BURSAR_HOSTS": "b.example"}, ["warning", "warning", "warning"]),
        ({"BURSAR_HOSTS": "*"}, ["warning", "warning", "warning"]),
        ({"BURSAR_URL": "https://b.example"}, ["wrong", "warning", "warning"]),
        ({"BURSAR_URL": "https://b.example", "BURSAR_HOSTS": "a.example"}, ["wrong", "warning", "warning"]),
        ({"BURSAR_URL": "https://b.example:8443", "BURSAR_HOSTS": ".b.example"}, ["ok", "warning", "warning"]),
        ({**HTTPS, "BURSAR_ORIGINS": ""}, ["ok", "warning", "ok"]),
        ({**HTTPS, "BURSAR_ORIGINS": "https://a.example"}, ["ok", "warning", "ok"]),
        ({**HTTPS, "BURSAR_ORIGINS": "https://*.example"}, ["ok", "ok", "ok"]),
        ({**HTTPS, "BURSAR_URL": "http://b.example"}, ["ok", "wrong", "ok"]),
        ({**HTTPS, "BURSAR_URL": ""}, ["warning", "ok", "ok"]),
        ({**HTTPS, "BURSAR_HTTPS": "off"}, ["ok", "warning", "ok"]),
        ({**HTTPS, "BURSAR_HSTS_SECONDS": "0"}, ["ok", "warning", "ok"]),
        ({**HTTPS, "BURSAR_PROXIES": "0"}, ["ok", "ok", "warning"]),
        (HTTPS, ["ok", "ok", "ok"]),
        ({**HTTPS, "BURSAR_HTTPS": "perhaps"}, []),
    ],
)
def test_settings_for_others_than_this_machine_are_looked_at(given: Environment, expected: list[str]) -> None:
    assert states(*outside(given)) == expected


@pytest.mark.django_db
def test_a_demo_beside_live_accounts_is_told(settings: Any) -> None:
    assert data.demo(NOW) == ok("demo", "none")
    settings.DEMO = True
    assert data.demo(NOW).state == "ok"
    factory.account(sandbox=True)
    assert data.demo(NOW).state == "ok"
    factory.account(sandbox=False)
    assert data.demo(NOW).state == "warning"
    settings.DEMO = False
    assert data.demo(NOW).state == "ok"
    person = Person.objects.create_user("ada@acme.example", name="Ada")
    create_link(person.email, expires_at=NOW + timedelta(days=1), single_use=False)
    assert "1 of its sign-in links are open" in data.demo(NOW).finding
    assert data.demo(NOW + timedelta(days=1)).state == "ok"


def test_a_secret_is_long_and_nobody_else_s_to_read(tmp_path: Path) -> None:
    assert machine.secret(tmp_path, {}).finding.startswith("none yet")
    assert machine.secret(tmp_path, {"BURSAR_SECRET_KEY": "short"}).state == "wrong"
    assert machine.secret(tmp_path, {"BURSAR_SECRET_KEY": "x" * 50}).state == "ok"
    kept = tmp_path / "secret.key"
    kept.touch(mode=0o600)
    assert machine.secret(tmp_path, {}).state == "ok"
    kept.chmod(0o644)
    assert machine.secret(tmp_path, {}).cure == f"chmod 600 {kept}"


def test_a_port_that_another_program_uses_is_wrong() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        assert machine.port({"BURSAR_PORT": taken}).state == "wrong"
    assert machine.port({"BURSAR_PORT": taken}).state == "ok"
    assert machine.port({"BURSAR_PORT": "eighty"}).state == "wrong"


def test_an_old_python_is_wrong() -> None:
    assert states(machine.python((3, 10)), machine.python((3, 11))) == ["wrong", "ok"]


def test_every_check_and_every_rule_stands_on_the_page(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = {one.name for one in machine.machine(tmp_path, {})} | {rule.__name__ for rule in (*SET_RULES, *BOOK_RULES)}
    assert not [name for name in named if f"`{name}`" not in page]
