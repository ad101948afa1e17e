"""What a person typed, the disk did or the database says: a sentence on the standard error, never a traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import pytest
from click.testing import CliRunner, Result
from django.db import connection

from api_client import ApiClient
from bursar.accounts.keys import create_key, keys
from bursar.cli import main
from bursar.cli.files import NotPrinted, say
from bursar.postgres import address
from commands import ALL, ROOT, RUNS

NO_DATABASE: Final = {
    ("catalog", "check"),
    ("policy", "check"),
    ("scenario", "play"),
    ("scenario", "check"),
    ("quote",),
}
WITH_DATABASE: Final = sorted(set(ALL) - NO_DATABASE - {("doctor",), ("worker",)})
"""All but those that say themselves how the database is, or wait for it."""
FORMS: Final = {
    "uuid": "01900000-0000-7000-8000-000000000001",
    "integer range": "5",
    "integer": "1",
    "day": "2026-01-01",
}
UNREADABLE: Final = (
    *("", "nonsense", "localhost:5432/books", "mysql://me:secret@localhost/books", "sqlite:///books"),
    *("postgres://me:secret@[::1/books", "postgres://me:secret@localhost:port/books", "postgres://me:secret@localhost"),
    *(
        "postgres://me:sec%ret@localhost/books",
        "postgres://me:sec#ret@localhost/books",
        "postgres://me:sec/ret@a/books",
    ),
    *(
        "postgres://me:secret@localhost:99999/books",
        "postgres://me:secret@local\x1bhost/books",
        "postgres://\udcff@a/b",
    ),
)
UNANSWERED: Final = {
    "nobody listens": ("postgres://me:secret@127.0.0.1:1/books", "start PostgreSQL"),
    "unknown host": ("postgres://me:secret@nowhere.invalid/books", "the host in DATABASE_URL is unknown"),
    "wrong password": ("postgres://me:secret@{server}/books", "the user or the password"),
    "no such database": ("postgres://{user}@{server}/no_books", "make the database"),
    "unknown option": ("postgres://me:secret@127.0.0.1:1/books?colour=red", "what follows the question mark"),
}


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("BURSAR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)


def told(*arguments: str) -> Result:
    """A command that fails as it should: with a sentence, and with JSON where that is asked."""
    found = CliRunner().invoke(main, list(arguments))
    assert found.exception is None or isinstance(found.exception, SystemExit), (arguments, found.exc_info)
    assert found.exit_code in (1, 2), (arguments, found.output)
    said = found.stderr
    assert said.strip() and "Traceback" not in said and len(said) < 6000, (arguments, said[:2000])
    assert not {letter for letter in said if letter != "\n" and not letter.isprintable()}, (arguments, said[:2000])
    if "--json" in arguments:
        problem = json.loads(found.stdout)
        assert problem["code"] and problem["detail"], arguments
    return found


def filled(words: tuple[str, ...], wrong: str | None = None) -> Iterator[list[str]]:
    """The arguments that a command needs, or them with something wrong in the place of each in turn; JSON if it can."""
    command = ALL[words]
    needed = [param for param in command.params if param.required or isinstance(param, click.Argument)]
    parts = [[*_flag(one), _form(one, words[0])] for one in needed]
    ends = [param.opts[0] for param in command.params if param.name in ("as_json", "yes")]
    if wrong is None:
        yield [*words, *(word for part in parts for word in part), *ends]
        return
    optional = [
        param
        for param in command.params
        if isinstance(param, click.Option) and not param.is_flag and not param.required
    ]
    for place, _ in enumerate(parts):
        spoilt = [[*part[:-1], wrong] if number == place else part for number, part in enumerate(parts)]
        yield [*words, *(word for part in spoilt for word in part), *ends]
    for one in optional:
        yield [*words, *(word for part in parts for word in part), one.opts[0], wrong, *ends]


def _flag(one: click.Parameter) -> list[str]:
    return [one.opts[0]] if isinstance(one, click.Option) else []


def _form(one: click.Parameter, subject: str) -> str:
    """Something that is right there, as far as that can be seen without a database."""
    if one.name in ("file", "files"):
        return {"catalog": "catalogs/demo.toml", "policy": "policies/standard.toml"}.get(subject, "README.md")
    if isinstance(one.type, click.Choice):
        return str(one.type.choices[0])
    return FORMS.get(one.type.name, f"/tmp/no-backup-{os.getpid()}" if one.name == "target" else "ada@acme.example")


@pytest.mark.parametrize("words", list(ALL), ids=" ".join)
def test_odd_bytes_anywhere_are_refused(words: tuple[str, ...]) -> None:
    for wrong in ("\udcff", "ada\udc80@acme.example"):
        for arguments in filled(words, wrong):
            assert "holds characters that cannot be seen" in told(*arguments).stderr
    told(*words, "\udcff")


@pytest.mark.parametrize("words", [one for one in ALL if one not in RUNS], ids=" ".join)
def test_what_is_empty_long_or_steers_a_terminal_is_told(
    words: tuple[str, ...], monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    (tmp_path / "home").write_text("a file: no command gets further than that without a database")
    for wrong in ("", "x" * 100_000, "\x1b[31mred\x1b[0m\x07", "a\u202eb", "9999-12-31", "0001-01-01", "-", "/"):
        for arguments in filled(words, wrong):
            if arguments[0] not in ("doctor", "quote", "scenario"):
                told(*arguments)


DAYS: Final = ("9999-12-31", "0001-01-01", "2200-01-01", "1969-12-31", "", "today", "2026-02-30", "x" * 100_000)


@pytest.mark.parametrize("option", ["--on", "--since"])
def test_a_day_beyond_all_accounts_is_told_with_what_was_expected(option: str) -> None:
    other = {"--on": "--since", "--since": "--on"}[option]
    for day in DAYS:
        failed = told("quote", other, "2026-01-01", option, day, "[]", "--json")
        assert "expected a day such as 2026-01-31, of the years 1970 to 2199" in failed.stderr
    bought = '[{"edit": "add_product", "product": "support", "plan": "team", "seats": 1}]'
    for has, day in (("2199-12-31", "1970-01-01"), ("1970-01-01", "2199-12-31"), ("2199-12-31", "2199-12-31")):
        found = CliRunner().invoke(main, ["quote", "--since", has, "--has", bought, "--on", day, "[]"])
        assert found.exception is None or isinstance(found.exception, SystemExit), (has, day, found.exc_info)
    told("quote", "--on", "2026-01-01", "--json", bought.replace("1}", '1, "on": "9999-12-31"}'))


def test_an_entry_given_twice_is_refused_as_the_api_refuses_it() -> None:
    for edits in (
        '[{"edit": "set_seats", "product": "support", "seats": 1, "seats": 2}]',
        '[{"edit": "cancel", "reason": "\\u0000"}]',
        '[{"edit": "cancel", "reason": "\\ud800"}]',
        "[NaN]",
    ):
        assert "bursar: EDITS, line 1: expected a JSON document (" in told("quote", "--on", "2026-01-01", edits).stderr


@pytest.mark.parametrize("words", WITH_DATABASE, ids=" ".join)
def test_a_home_that_is_none_is_told(words: tuple[str, ...], monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL")
    (tmp_path / "home").write_text("a file")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for home in (tmp_path / "home", tmp_path / "home/below", tmp_path / "loop", tmp_path / ("x" * 300)):
        monkeypatch.setenv("BURSAR_HOME", str(home))
        for arguments in filled(words):
            told(*arguments)


@pytest.mark.parametrize("words", WITH_DATABASE, ids=" ".join)
def test_an_address_that_is_none_stops_every_command_and_keeps_its_password(
    words: tuple[str, ...], monkeypatch: Any
) -> None:
    for url in UNREADABLE:
        monkeypatch.setenv("DATABASE_URL", url)
        for arguments in filled(words):
            said = told(*arguments).output
            assert "DATABASE_URL cannot be read: " in said, (arguments, said)
            assert "sec" not in said, said


@pytest.mark.parametrize("url", UNREADABLE)
def test_an_address_that_is_none_is_read_by_nobody(url: str) -> None:
    with pytest.raises(address.BadDatabaseAddress) as refused:
        address.read(url)
    assert "sec" not in str(refused.value)


def test_addresses_of_databases_are_read_as_people_write_them() -> None:
    for url, name, host in (
        ("postgres://me:s%40%2Fx@db.example:5433/books", "books", "db.example"),
        ("postgresql:///books", "books", ""),
        ("postgres:////run/postgresql/books", "books", "/run/postgresql"),
        ("postgres://me@a,b/books?sslmode=require", "books", "a,b"),
        ("postgres://me@[::1]:5432/books", "books", "::1"),
    ):
        found = address.read(url)
        assert (found["NAME"], found["HOST"]) == (name, host)
    assert address.place("postgres://me:secret@db.example:1/books") == "db.example:1/books"


def begun(url: str, *arguments: str, **more: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bursar.cli", *arguments]
    own = {**os.environ, "DATABASE_URL": url, "BURSAR_SECRET_KEY": "x" * 40, "PGCONNECT_TIMEOUT": "5"}
    return subprocess.Popen(command, env=own, text=True, stderr=subprocess.PIPE, **{"stdout": subprocess.PIPE, **more})


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    out, err = process.communicate(timeout=180)
    assert "Traceback" not in err and "Exception ignored" not in err, err
    return process.returncode, f"{out or ''}{err}"


def test_a_database_that_says_no_fails_every_command_with_its_cure() -> None:
    server = os.environ["DATABASE_URL"].rpartition("@")[2].partition("/")[0]
    user = os.environ["DATABASE_URL"].partition("://")[2].rpartition("@")[0]
    tried = [(["worker", "--once"], *UNANSWERED[name]) for name in UNANSWERED]
    tried += [(next(filled(words)), *UNANSWERED["nobody listens"]) for words in WITH_DATABASE]
    for words, url, cure in tried:
        status, said = ended(begun(url.format(server=server, user=user), *words))
        # A file that is no backup is told before the database is asked.
        assert status == 1 and (cure in said or words[0] == "restore"), (words, url, said)
        assert "secret" not in said, said


def of_this_test() -> str:
    """The address of the database that this test has."""
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_a_key_that_nobody_could_read_is_not_made(vendor: None) -> None:
    with Path("/dev/full").open("w") as full:
        status, said = ended(begun(of_this_test(), "key", "create", "shop", stdout=full))
    assert (status, keys()) == (1, [])
    assert said.startswith("bursar: The answer cannot be printed: No space left on device.")
    reading, writing = os.pipe()
    os.close(reading)
    status, said = ended(begun(of_this_test(), "key", "create", "shop", "--json", stdout=writing))
    assert (status, keys()) == (1, [])
    assert said.startswith("bursar: The answer cannot be printed: Broken pipe.")
    closed: dict[str, Any] = {"stdout": None, "preexec_fn": lambda: os.close(1)}
    status, said = ended(begun(of_this_test(), "key", "create", "shop", **closed))
    assert (status, keys()) == (1, [])
    assert "the standard output is closed" in said
    assert ended(begun(of_this_test(), "key", "create", "shop"))[0] == 0
    assert len(keys()) == 1
    with Path("/dev/full").open("w") as full:
        for words in (("key", "list"), ("policy", "check", "policies/standard.toml"), ("--help",)):
            status, said = ended(begun(of_this_test(), *words, stdout=full))
            assert status == 1 and "No space left on device" in said, said


@pytest.mark.django_db(transaction=True)
def test_names_are_such_that_people_can_read_them(vendor: None) -> None:
    ApiClient()
    before = len(keys())
    for name in ("", " \n", "x" * 100_000, "\x1b[2Jshop", "a\u202eb", "a\x7f"):
        told("key", "create", name, "--json")
        told("staff", "appoint", "ada@acme.example", "--role", "admin", "--name", name, "--json")
        told("erase", "person", name, "--yes", "--json")
        told("staff", "dismiss", name, "--json")
        told("staff", "appoint", name, "--role", "admin", "--name", "Ada", "--json")
    assert len(keys()) == before
    assert CliRunner().invoke(main, ["key", "create", " the  shop\n"]).exit_code == 0
    assert keys()[-1].name == "the shop"


def test_nothing_that_is_printed_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("Ada \x1b]0;owned\x07\x9b31m\u202e\r\udcff\nnext\tZo\u00eb")
    shown = "Ada \\u001b]0;owned\\u0007\\u009b31m\\u202e\\u000d\\udcff\nnext\tZo\u00eb\n"
    assert capsys.readouterr().out == shown


def test_everything_is_printed_by_the_functions_that_keep_terminals_safe() -> None:
    rooms = [*(ROOT / "src/bursar/cli").rglob("*.py")]
    printing = [room.name for room in rooms if "click.echo(" in (text := room.read_text("utf-8")) or " print(" in text]
    assert printing == ["files.py"]


def test_a_closed_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(NotPrinted):
        say("anything")


@pytest.mark.django_db(transaction=True)
def test_an_old_name_of_two_lines_is_listed_on_one(vendor: None) -> None:
    from datetime import UTC, datetime

    from bursar.accounts.models import VendorKey

    create_key("shop", now=datetime.now(UTC))
    VendorKey.objects.update(name="shop\nrevoked everything\x1b[2J")
    lines = CliRunner().invoke(main, ["key", "list"]).output.splitlines()
    assert len(lines) == 1 and "\\u001b[2J" in lines[0]
