"""The commands that need no database, as an operator calls them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bursar.cli import main
from bursar.cli.program import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
BOUGHT = json.dumps(
    [
        {"edit": "add_product", "product": "support", "plan": "team", "seats": 10, "price": "12.00"},
        {"edit": "change_cycle", "cycle": "annual"},
    ]
)
ELEVEN = json.dumps([{"edit": "set_seats", "product": "support", "seats": 11}])


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_a_quote_needs_only_files_and_holds_to_the_cent() -> None:
    asked = run("quote", "--since", "2022-10-27", "--on", "2023-07-14", "--has", BOUGHT, ELEVEN)
    assert asked.exit_code == 0
    assert "2023-07-14 to 2023-10-27 (105/365)         -34.52" in asked.output
    assert "net, tax, total: 3.45, 0.00, 3.45 EUR" in asked.output


def test_a_quote_in_json_is_the_quote_of_the_api() -> None:
    asked = run("quote", "--json", "--since", "2022-10-27", "--on", "2023-07-14", "--has", BOUGHT, ELEVEN)
    assert json.loads(asked.output)["due_today"]["total"] == {"amount_minor": 345, "currency": "EUR"}


def test_a_refused_quote_says_why_and_fails() -> None:
    asked = run(
        "quote",
        "--on",
        "2026-01-01",
        "--as",
        "owner",
        "--account-type",
        "managed",
        BOUGHT.replace(', "price": "12.00"', ""),
    )
    assert asked.exit_code == 1
    assert "refused (account_type)" in asked.output


def test_files_are_checked_and_mistakes_are_one_line(tmp_path: Path) -> None:
    assert run("catalog", "check", "catalogs/demo.toml").exit_code == 0
    assert run("policy", "check", "policies/standard.toml").exit_code == 0
    broken = tmp_path / "broken.toml"
    broken.write_text('products = [\n{ code = "a" ]', encoding="utf-8")
    for command in (("catalog", "check", str(broken)), ("policy", "check", str(broken))):
        failed = run(*command)
        assert failed.exit_code == 1
        assert failed.stderr.startswith(f"bursar: {broken}, line 2: expected")
    for mistake in (
        ("catalog", "check", str(tmp_path)),
        ("quote", "--on", "2026-01-01", "[{]"),
        ("quote", "--on", "2026-01-01", '[{"edit": "fly"}]'),
        ("quote", "--on", "2026-01-01", "--currency", "EURO", ELEVEN),
        ("quote", "--on", "2026-01-01", "--account-type", "none", ELEVEN),
        ("quote", "--on", "2026-01-01", ELEVEN),
    ):
        failed = run(*mistake)
        assert failed.exit_code == 1, mistake
        assert failed.stderr.startswith("bursar: "), mistake
        assert failed.stderr.count("\n") == 1, mistake


def test_every_command_explains_itself_with_an_example() -> None:
    for name in COMMANDS:
        said = run(name, "--help")
        assert said.exit_code == 0
        assert "Example:" in said.output, name
