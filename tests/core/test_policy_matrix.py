"""Every cell of the capability matrix, from tables written out here and not read from the policy."""

from datetime import date, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from bursar.core.policy.policy import Account, Contact, Member, Outcome, Override, Reason, State, decide
from bursar.policy.document import read_toml

STANDARD = read_toml(
    (Path(__file__).resolve().parents[2] / "policies/standard.toml").read_text(encoding="utf-8"), "standard.toml", 1
)

TYPES = ("managed", "online_assisted", "self_service")
MATRIX = """
    add_seats               no  yes yes
    add_temporary_seats     no  yes no
    remove_seats            no  no  yes
    add_products            no  yes yes
    remove_products         no  no  yes
    upgrade_plan            no  yes yes
    downgrade_plan          no  no  yes
    change_billing_cycle    no  no  yes
    change_payment_type     no  no  yes
    manage_invoices         no  no  yes
    cancel_account          no  no  yes
    appoint_billing_admins  no  yes yes
    submit_requests         no  yes no
    view_subscription       yes yes yes
    view_invoices           yes yes yes
    pay_invoice             yes yes yes
    manage_members          yes yes yes
    review_requests         yes yes yes
"""
ROLES = ("owner", "billing_admin", "admin", "agent", "light_agent")
MAY = """
    view_subscription       yes yes yes no no
    manage_members          yes yes yes no no
    submit_requests         no  no  yes no no
    add_seats               yes yes ask no no
    add_temporary_seats     yes yes ask no no
    remove_seats            yes yes ask no no
    add_products            yes yes ask no no
    upgrade_plan            yes yes ask no no
    downgrade_plan          yes yes ask no no
    change_billing_cycle    yes yes ask no no
    review_requests         yes yes no  no no
    view_invoices           yes yes no  no no
    pay_invoice             yes yes no  no no
    manage_invoices         yes yes no  no no
    remove_products         yes no  no  no no
    cancel_account          yes no  no  no no
    change_payment_type     yes no  no  no no
    appoint_billing_admins  yes no  no  no no
"""


def cells(table: str, columns: tuple[str, ...]) -> dict[tuple[str, str], str]:
    rows = [line.split() for line in table.split("\n") if line.strip()]
    return {(column, row[0]): cell for row in rows for column, cell in zip(columns, row[1:], strict=True)}


TYPE_ALLOWS = cells(MATRIX, TYPES)
ROLE_ALLOWS = cells(MAY, ROLES)
CAPABILITIES = sorted({capability for _, capability in TYPE_ALLOWS})

LAST_DAY = date(2026, 12, 31)
SUPPORT = Contact("Support", "support@vendor.example", "support")
MEMBERS = {
    role: Member(UUID(int=number), role.title(), f"{role}@customer.example", role)
    for number, role in enumerate(ROLES, start=1)
}


def expected(allowed_by_type: bool, requests: bool, capability: str, role: str) -> tuple[Outcome, Reason | None]:
    if not allowed_by_type:
        return Outcome.REFUSED, Reason.ACCOUNT_TYPE
    cell = ROLE_ALLOWS[role, capability]
    if cell == "yes":
        return Outcome.ALLOWED, None
    return (Outcome.BY_REQUEST if cell == "ask" and requests else Outcome.REFUSED), Reason.ROLE


def expected_ask(outcome: Outcome, reason: Reason | None, capability: str) -> list[str]:
    if outcome is Outcome.ALLOWED:
        return []
    if reason is Reason.ACCOUNT_TYPE:
        return ["support"]
    return [role for role in ROLES if ROLE_ALLOWS[role, capability] == "yes"]


@pytest.mark.parametrize("on", [LAST_DAY - timedelta(days=200), LAST_DAY, LAST_DAY + timedelta(days=1)])
@pytest.mark.parametrize("override", [None, True, False])
@pytest.mark.parametrize(("account_type", "capability"), list(product(TYPES, CAPABILITIES)))
def test_every_cell_is_decided_as_written(account_type: str, capability: str, override: bool | None, on: date) -> None:
    overrides = () if override is None else (Override(capability, override, LAST_DAY),)
    account = Account(
        UUID(int=9), account_type, "EUR", State.ACTIVE, tuple(MEMBERS.values()), overrides, support=SUPPORT
    )
    in_force = override is not None and on <= LAST_DAY

    def open_here(asked: str) -> bool:
        return bool(override) if in_force and asked == capability else TYPE_ALLOWS[account_type, asked] == "yes"

    for role in ROLES:
        decision = decide(STANDARD, account, MEMBERS[role], capability, on)
        outcome, reason = expected(open_here(capability), open_here("submit_requests"), capability, role)
        assert (decision.outcome, decision.reason) == (outcome, reason), role
        assert [contact.role for contact in decision.ask] == expected_ask(outcome, reason, capability), role


def test_the_tables_here_name_the_same_capabilities() -> None:
    assert sorted({capability for _, capability in ROLE_ALLOWS}) == CAPABILITIES
    assert len(CAPABILITIES) == 18
