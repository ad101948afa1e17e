"""Every life on the shelf is what the core makes of it, and what the whole system makes of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bursar.cli import main
from bursar.core.messages.document import BadToml
from bursar.scenario.edit import EDITS, OPTIONAL_FIELDS
from bursar.scenario.language import BadLine, read
from bursar.scenario.word import ACTOR_VERBS, DETAILS, VERBS

ROOT = Path(__file__).resolve().parents[1]
SHELF = sorted((ROOT / "tests/scenarios").glob("*.txt"))


@pytest.mark.parametrize("file", SHELF, ids=lambda file: str(file.stem))
def test_the_core_plays_a_life_as_it_is_told(file: Path) -> None:
    played = CliRunner().invoke(main, ["scenario", "check", "--core-only", str(file)])
    assert played.exit_code == 0, played.output


def test_the_system_plays_every_life_as_it_is_told() -> None:
    command = [sys.executable, "-m", "bursar.cli", "scenario", "check", *map(str, SHELF)]
    # A connection to the database lasts, as it does for an operator; conftest.py has it end with each request.
    own = {name: value for name, value in os.environ.items() if name != "BURSAR_CONN_MAX_AGE"}
    played = subprocess.run(command, env=own, capture_output=True, text=True, timeout=900)
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stdout.endswith(f"{len(SHELF)} scenarios hold\n")
    assert len(SHELF) >= 40


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
        ("owner pays with gold", "expected a way to pay"),
        ("owner pays invoice with card ok", "expected pays with"),
        ("ownr takes cancel", "did you mean owner?"),
        ("owner taks cancel", "did you mean takes?"),
        ("owner takes seets support 3", "did you mean seats?"),
        ("owner takes seats support three", "expected a whole number of seats, found three"),
        ("owner takes undo 2", "expected the label of a change such as #2"),
        ("owner undoes 2", "expected undoes #NUMBER"),
        ("owner may add_seat", "did you mean add_seats?"),
        ("owner adds Zoe as agent", "expected adds NAME as ROLE"),
        ("owner adds admin as agent", "give the new member another name"),
        ("owner makes zoe admin", "expected a member"),
        ("owner makes admin bilingadmin", "did you mean billing_admin?"),
        ("owner says vatid FR1", "did you mean vat_id?"),
        ("timing add_seats tomorrow", "when it takes effect"),
        ("proration by_days", "did you mean by_day?"),
        ("on 2026-03-01T10:00", "its distance from UTC"),
        ("lift", "expected lift CAPABILITY"),
        ("invoice one", "expected invoice NUMBER"),
        ("matrix owner", "expected matrix alone"),
        ("catalog", "each of them indented"),
        ("on 2026-02-30", "day"),
        ("grant flying", "expected grant CAPABILITY"),
        ("payer sleeps", "expected payer confirms"),
        ("payer gives", "expected payer confirms"),
        ("sing", "expected one of account"),
        ('owner takes cancel reason "', "No closing quotation"),
    ],
)
def test_a_line_that_cannot_be_understood_is_named(line: str, expected: str) -> None:
    with pytest.raises(BadLine) as caught:
        read(f"account self_service EUR\n{line}\n", "life.txt")
    assert caught.value.params["line"] == 2
    assert expected in str(caught.value)


def test_a_mistake_in_a_document_is_named_by_its_line_in_the_file() -> None:
    with pytest.raises(BadToml) as caught:
        read("account self_service EUR\npolicy\n    quote_hours = 1\n    quote hours = 2\nstate\n", "life.txt")
    assert caught.value.params["line"] == 4
    with pytest.raises(BadLine) as other:
        read("account self_service EUR\ncatalog\n    products = []\n", "life.txt")
    assert str(other.value).startswith("life.txt:2: products: expected at least one")


def test_a_policy_that_cannot_be_read_is_named_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "life.txt"
    file.write_text("account self_service EUR\npolicy\n    quote_hours = 0\nstate\n", encoding="utf-8")
    played = CliRunner().invoke(main, ["scenario", "play", str(file)])
    assert played.exit_code == 1
    assert f"{file}:2: quote_hours" in played.output


def test_an_account_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    file = tmp_path / "life.txt"
    for opening, code in (("gold EUR", "unknown_account_type"), ("managed EUX", "unknown_currency")):
        file.write_text(f"# a life\naccount {opening}\nstate\n", encoding="utf-8")
        played = CliRunner().invoke(main, ["scenario", "play", str(file)])
        assert f"{file}:2: the account cannot be opened: {code}" in played.output


def test_what_the_core_made_of_a_life_is_written_into_it(tmp_path: Path) -> None:
    file = tmp_path / "life.txt"
    told = (ROOT / "tests/scenarios/worked_example.txt").read_text(encoding="utf-8")
    file.write_text("".join(line for line in told.splitlines(keepends=True) if line[0] != "|"), encoding="utf-8")
    assert CliRunner().invoke(main, ["scenario", "check", "--golden", str(file)]).output == "1 scenarios written\n"
    assert file.read_text(encoding="utf-8") == told


def test_a_life_begins_with_an_account() -> None:
    for text in ("", "# nothing\n", "owner takes cancel\n"):
        with pytest.raises(BadLine):
            read(text, "life.txt")


def test_the_lives_on_the_page_about_scenarios_hold(tmp_path: Path) -> None:
    page = (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")
    lives = re.findall(r"^```life\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(lives) >= 2
    for number, life in enumerate(lives):
        file = tmp_path / f"{number}.txt"
        file.write_text(life, encoding="utf-8")
        played = CliRunner().invoke(main, ["scenario", "check", "--core-only", str(file)])
        assert played.exit_code == 0, played.output


def test_the_page_about_scenarios_names_every_word_of_the_language() -> None:
    page = (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")
    grammar = page.split("## Grammar")[1].split("## Steps")[0]
    for word in (*VERBS, *ACTOR_VERBS, *EDITS, *OPTIONAL_FIELDS, *DETAILS):
        assert f'"{word}"' in grammar, word
