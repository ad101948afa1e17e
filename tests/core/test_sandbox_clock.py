"""Who may move the clock of a sandbox account: whoever may change something of its subscription."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from bursar.core.policy.policy import VENDOR, Account, Contact, Member, Override, State, Vendor
from bursar.core.policy.sandbox_clock import NotTheirClock, check_clock, may_move_clock
from bursar.policy.document import read_toml

TODAY: Final = date(2026, 6, 15)
FILE: Final = Path(__file__).resolve().parents[2] / "policies/standard.toml"
STANDARD: Final = read_toml(FILE.read_text(encoding="utf-8"), "standard.toml", version=1)
OWNER, BILLING, ADMIN, AGENT, LIGHT = (
    Member(UUID(int=number), role, f"{role}@acme.example", role)
    for number, role in enumerate(("owner", "billing_admin", "admin", "agent", "light_agent"))
)


def account(account_type: str, *, state: State = State.ACTIVE, **fields: Any) -> Account:
    support = Contact("Support", "support@vendor.example", "support")
    return Account(
        UUID(int=9), account_type, "EUR", state, (OWNER, BILLING, ADMIN, AGENT, LIGHT), support=support, **fields
    )


@pytest.mark.parametrize(
    ("account_type", "may"),
    [("managed", set()), ("online_assisted", {OWNER, BILLING}), ("self_service", {OWNER, BILLING})],
)
def test_only_who_may_change_something_at_once_moves_it(account_type: str, may: set[object]) -> None:
    people = (OWNER, BILLING, ADMIN, AGENT, LIGHT)
    assert {person for person in people if may_move_clock(STANDARD, account(account_type), person, TODAY)} == may


def test_one_capability_is_enough_and_being_suspended_is_too_little() -> None:
    granted = account("managed", overrides=(Override("remove_seats", True, TODAY),))
    check_clock(STANDARD, granted, OWNER, TODAY)
    with pytest.raises(NotTheirClock):
        check_clock(STANDARD, granted, replace(OWNER, active=False), TODAY)


@pytest.mark.parametrize("state", State)
def test_it_moves_on_whatever_became_of_the_account(state: State) -> None:
    check_clock(STANDARD, account("self_service", state=state), OWNER, TODAY)
    check_clock(STANDARD, account("managed", state=state), VENDOR, TODAY)


def test_of_the_staff_those_move_it_whose_role_may_change_something() -> None:
    def may(role: str) -> bool:
        return may_move_clock(STANDARD, account("managed"), Vendor(None, role=role), TODAY)

    assert may("sales") and may("admin")
    assert not may("finance") and not may("support")
