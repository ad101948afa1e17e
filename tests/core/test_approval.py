"""A request is overtaken when its requester may no longer ask, or nobody in the account could approve it as things stand."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from account_in_memory import ADMIN, BILLING_ADMIN, OWNER, AccountInMemory, account, add, plan, remove, seats
from bursar.core.ordering.approval import approvers, overtaken
from bursar.core.ordering.request import Cause
from bursar.core.policy.limits import Limit
from bursar.core.policy.policy import Override, State
from bursar.core.subscription.edit import Edit


def life(**fields: Any) -> AccountInMemory:
    """An online-assisted account with four seats of Support."""
    made = AccountInMemory("online_assisted")
    made.do("2026-01-01", add("support", "team", seats=4))
    made.context = replace(made.context, account=account("online_assisted", **fields))
    return made


def cause(of: AccountInMemory, *edits: Edit) -> Cause | None:
    members = {member.id: member for member in of.context.account.members}
    requester = members.get(ADMIN.id, replace(ADMIN, active=False))
    return overtaken(of.context, edits, requester, date.fromisoformat("2026-01-05"))


[MORE] = AccountInMemory.read(seats("support", 5))
[CHAT] = AccountInMemory.read(add("chat", "standard", seats=1))


def test_what_an_active_reviewer_could_approve_is_not_overtaken() -> None:
    assert cause(life(), MORE) is None
    assert [approver.role for approver in approvers(life().context, (MORE,), date.fromisoformat("2026-01-05"))] == [
        "owner",
        "billing_admin",
    ]
    away = replace(OWNER, active=False), BILLING_ADMIN, ADMIN
    assert cause(life(members=away), MORE) is None
    assert [
        approver.role for approver in approvers(life(members=away).context, (MORE,), date.fromisoformat("2026-01-05"))
    ] == ["billing_admin"]


@pytest.mark.parametrize(
    "members",
    [
        (OWNER, BILLING_ADMIN),
        (OWNER, BILLING_ADMIN, replace(ADMIN, active=False)),
        (OWNER, BILLING_ADMIN, replace(ADMIN, role="light_agent")),
        (OWNER, BILLING_ADMIN, replace(ADMIN, role="agent")),
    ],
)
def test_who_has_left_or_is_suspended_or_has_a_role_that_asks_nothing_has_no_request(members: tuple[object]) -> None:
    assert cause(life(members=members), MORE) == "requester"


def test_who_may_do_it_themselves_by_now_keeps_their_request() -> None:
    assert cause(life(members=(OWNER, replace(ADMIN, role="billing_admin"))), MORE) is None


def test_a_type_or_an_exception_or_a_state_that_closes_it_overtakes_a_request_and_one_that_closes_asking_does_not() -> (
    None
):
    closed = life()
    closed.context = replace(closed.context, account=account("managed"))
    assert cause(closed, MORE) == "not_allowed"
    assert cause(life(overrides=(Override("add_seats", grant=False),)), MORE) == "not_allowed"
    assert cause(life(overrides=(Override("submit_requests", grant=False),)), MORE) is None
    for state in (State.SUSPENDED, State.CANCELLED):
        assert cause(life(state=state), MORE) == "account_state"


def test_with_nobody_who_reviews_it_a_request_is_overtaken() -> None:
    assert cause(life(members=(ADMIN,)), MORE) == "not_allowed"


def test_what_is_not_sold_any_more_and_what_no_longer_fits_and_what_is_there_already_are_told_apart() -> None:
    assert cause(life(), *AccountInMemory.read(add("gone", "one", seats=1))) == "not_sold"
    assert cause(life(), *AccountInMemory.read(plan("support", "gone"))) == "not_sold"
    assert cause(life(), *AccountInMemory.read(seats("chat", 5))) == "subscription"
    bought = life()
    bought.do("2026-01-02", add("chat", "standard", seats=1))
    assert cause(bought, CHAT) == "subscription"
    assert cause(life(), *AccountInMemory.read(seats("support", 4))) == "done"
    # As long as something of it is left to do, the rest of it being there already is no reason.
    assert cause(life(), *AccountInMemory.read(seats("support", 4)), CHAT) is None


def test_what_can_be_solved_in_the_account_waits() -> None:
    scheduled = life()
    scheduled.do("2026-01-02", {**seats("support", 3), "on": "renewal"})
    assert cause(scheduled, MORE) is None
    limited = life(limits={"billing_admin": Limit(0)}, members=(replace(OWNER, active=False), BILLING_ADMIN, ADMIN))
    assert cause(limited, MORE) is None
    assert approvers(limited.context, (MORE,), date.fromisoformat("2026-01-05")) == ()


def test_who_can_approve_is_asked_of_each_role_that_reviews() -> None:
    limited = life(limits={"billing_admin": Limit(0)})
    assert [approver.role for approver in approvers(limited.context, (MORE,), date.fromisoformat("2026-01-05"))] == [
        "owner"
    ]
    going = life(overrides=(Override("remove_products", grant=True), Override("cancel_account", grant=True)))
    going.do("2026-01-02", add("chat", "standard", seats=1))
    edits = AccountInMemory.read(remove("chat"))
    assert [approver.role for approver in approvers(going.context, edits, date.fromisoformat("2026-01-05"))] == [
        "owner"
    ]
