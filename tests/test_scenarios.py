"""Every life on the shelf is what the core makes of it, and what the whole system makes of it."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bursar.cli import main
from bursar.scenario.language import BadLine, read

ROOT = Path(__file__).resolve().parents[1]
SHELF = sorted((ROOT / "tests/scenarios").glob("*.txt"))


@pytest.mark.parametrize("file", SHELF, ids=lambda file: str(file.stem))
def test_the_core_plays_a_life_as_it_is_told(file: Path) -> None:
    played = CliRunner().invoke(main, ["scenario", "check", "--core-only", str(file)])
    assert played.exit_code == 0, played.output


def test_the_system_plays_every_life_as_it_is_told() -> None:
    command = [sys.executable, "-m", "bursar.cli", "scenario", "check", *map(str, SHELF)]
    played = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.endswith(f"{len(SHELF)} scenarios hold\n")
    assert len(SHELF) >= 10


def test_a_life_that_went_otherwise_is_shown_as_a_difference(tmp_path: Path) -> None:
    file = tmp_path / "wrong.txt"
    told = (ROOT / "tests/scenarios/worked_example.txt").read_text(encoding="utf-8")
    file.write_text(told.replace("3.45", "3.46"), encoding="utf-8")
    played = CliRunner().invoke(main, ["scenario", "check", "--core-only", str(file)])
    assert played.exit_code == 1
    assert "-| due today 3.46 EUR\n+| due today 3.45 EUR" in played.output


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("owner dances", "expected takes EDITS"),
        ("owner", "expected what the person does"),
        ("owner takes fly support", "expected an edit"),
        ("owner takes add support", "expected add PRODUCT PLAN"),
        ("owner takes add support team seats", "expected a value after seats"),
        ("owner takes add support team colour red", "expected one of seats"),
        ("owner pays with gold", "expected takes EDITS"),
        ("on 2026-02-30", "day"),
        ("grant flying", "expected grant CAPABILITY"),
        ("payer sleeps", "expected payer confirms"),
        ("sing", "expected one of account"),
        ('owner takes cancel reason "', "No closing quotation"),
    ],
)
def test_a_line_that_cannot_be_understood_is_named(line: str, expected: str) -> None:
    with pytest.raises(BadLine) as caught:
        read(f"account self_service EUR\n{line}\n", "life.txt")
    assert caught.value.params["line"] == 2
    assert expected in str(caught.value)


def test_a_life_begins_with_an_account() -> None:
    for text in ("", "# nothing\n", "owner takes cancel\n"):
        with pytest.raises(BadLine):
            read(text, "life.txt")
