"""Pages that are written from the code or its data are up to date."""

from pathlib import Path

from bursar.policy import table

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_about_the_policy_says_what_the_policy_says() -> None:
    page = (ROOT / table.PAGE).read_text(encoding="utf-8")
    assert page == table.page_text(ROOT), f"{table.PAGE} is out of date: python -m bursar.policy.table"
