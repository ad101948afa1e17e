"""Whatever a command is given: one line that says what is wrong, never a traceback."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bursar.cli import main
from commands import ALL, ROOT, RUNS

FILED: Final = [words for words, one in ALL.items() if {p.name for p in one.params if p.required} & {"file", "files"}]


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def run(*arguments: str) -> Result:
    found = CliRunner().invoke(main, list(arguments))
    assert found.exception is None or isinstance(found.exception, SystemExit), (arguments, found.exc_info)
    return found


@pytest.mark.parametrize("words", list(ALL), ids=" ".join)
def test_an_unknown_flag_and_one_argument_too_many_are_named(words: tuple[str, ...]) -> None:
    for wrong in (("--colour", "red"), ("-Z",), ("--json=yes=no",)):
        failed = run(*words, *wrong)
        assert failed.exit_code == 2, (words, wrong, failed.output)
        assert "No such option" in failed.stderr or "does not take a value" in failed.stderr, failed.stderr
    if words[0] != "scenario":
        assert run(*words, "one", "two", "three", "four").exit_code == 2


@pytest.mark.parametrize("words", FILED, ids=" ".join)
def test_a_file_that_cannot_be_read_is_named(words: tuple[str, ...], tmp_path: Path) -> None:
    binary, loop = tmp_path / "binary", tmp_path / "loop"
    binary.write_bytes(bytes(range(256)))
    loop.symlink_to(loop)
    for file in (tmp_path, tmp_path / "nothing", binary, binary / "inside", loop, tmp_path / ("x" * 300), Path("")):
        failed = run(*words, str(file))
        assert failed.exit_code == 1, (words, file, failed.output)
        assert failed.stderr.startswith(f"bursar: {file} cannot be read: "), failed.stderr
        assert failed.stderr.count("\n") == 1


def test_a_file_that_this_user_may_not_read_is_named(reachable: Path) -> None:
    file = reachable / "closed.toml"
    file.write_text("products = []", encoding="utf-8")
    file.chmod(stat.S_IWUSR)
    # Everything is loaded before root becomes somebody else, who may not be allowed to read Python itself.
    code = "import os, sys; from bursar.cli import catalog, main; os.getuid() or os.setuid(65534); main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "catalog", "check", str(file)]
    failed = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (failed.returncode, failed.stderr) == (1, f"bursar: {file} cannot be read: Permission denied.\n")


def test_a_scenario_that_is_none_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "life.txt"
    for text in (
        "fly\n",
        "account\n",
        "account self_service EUR\nowner\n",
    ):
        file.write_text(text, encoding="utf-8")
        failed = run("scenario", "play", str(file))
        assert failed.exit_code == 1, (text, failed.output)
        assert re.match(rf"bursar: {re.escape(str(file))}:\d+: ", failed.stderr), failed.stderr


def test_a_worker_without_a_database_says_which_setting_is_missing(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [sys.executable, "-m", "bursar.cli", "worker", "--once"]
    failed = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert failed.returncode == 1
    assert failed.stderr.startswith("bursar: No database: set DATABASE_URL")


WORDS: Final = st.one_of(
    st.sampled_from(
        ["--on", "--has", "--since", "--as", "--tax-rate", "--catalog", "--policy", "--json", "--currency"]
    ),
    st.sampled_from(
        ["2026-01-31", "9999-12-31", "0001-01-01", "owner", "EUR", "[]", "[[", "{}", "null", "é", "\udcff"]
    ),
    st.sampled_from(
        [
            "[" * 5000,
            "9" * 5000,
            f"[{'9' * 5000}]",
            "NaN",
            '[{"edit": "cancel"}]',
            "catalogs/demo.toml",
            "/",
            "",
            " ",
            "--",
        ]
    ),
    st.sampled_from(['[{"edit": "set_seats", "product": "support", "seats": 1e400}]', '[{"edit": "\\ud800"}]']),
    st.text(max_size=20).filter(lambda text: "\0" not in text),
)


@settings(max_examples=250, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(set(ALL) - RUNS - {("key", "create"), ("scenario", "check")})), st.lists(WORDS, max_size=6)
)
def test_no_argument_makes_a_traceback(words: tuple[str, ...], given: list[str]) -> None:
    if words[-1] in (
        "apply",
        "diff",
        "show",
        "doctor",
        "list",
        "revoke",
        "backup",
        "restore",
        "appoint",
        "dismiss",
        "person",
        "account",
    ):
        given = [*given, "--colour"]  # Nothing that could be right may reach a database.
    failed = run(*words, *given)
    assert failed.exit_code in (0, 1, 2), (words, given)
    assert failed.exit_code == 0 or failed.output.strip(), (words, given)
    assert "Traceback" not in failed.output
