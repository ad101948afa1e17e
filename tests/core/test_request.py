"""A request: what may be asked for, how long it stays open, and who may take it back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from account_in_memory import ADMIN, AGENT, OWNER, AccountInMemory, add, seats
from bursar.core.ordering.request import (
    CAUSE_PHRASES,
    CLOSED_PHRASES,
    Basis,
    NoNeedToAsk,
    NothingToAsk,
    OnlyRequester,
    RequestClosed,
    RequestOvertaken,
    RequestStatus,
    check_submittable,
    check_withdrawal,
)
from bursar.core.policy.policy import VENDOR, Override
from bursar.core.policy.refusal import Refused

UNTIL = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_an_open_request_has_expired_from_its_moment_on_and_a_closed_one_never_does() -> None:
    a_moment = timedelta(microseconds=1)
    status = RequestStatus("open", UNTIL)
    assert [status.at(UNTIL + off) for off in (-a_moment, timedelta(), a_moment)] == ["open", "expired", "expired"]
    for state in ("approved", "rejected", "withdrawn", "expired"):
        closed = replace(status, state=state)
        assert {closed.at(UNTIL - a_moment), closed.at(UNTIL)} == {state}
        with pytest.raises(RequestClosed) as caught:
            closed.check_open(UNTIL - a_moment)
        assert caught.value.params == {"state": CLOSED_PHRASES[state]}
    with pytest.raises(RequestOvertaken) as caught:
        RequestStatus("overtaken", UNTIL, "done").check_open(UNTIL - a_moment)
    assert caught.value.params == {"why": CAUSE_PHRASES["done"]} and caught.value.code == RequestClosed.code
    status.check_open(UNTIL - a_moment)
    with pytest.raises(RequestClosed) as caught:
        status.check_open(UNTIL)
    assert str(caught.value.params["state"]) == "expired"


def test_only_what_may_not_be_done_at_once_is_asked_for() -> None:
    life = AccountInMemory("online_assisted")
    life.do("2026-01-01", add("support", "team", seats=4))
    check_submittable(life.ask("2026-01-05", seats("support", 5), by=ADMIN))
    for by, many, problem in (
        (OWNER, 5, NoNeedToAsk),
        (ADMIN, 4, NothingToAsk),
        (AGENT, 5, Refused),
        (ADMIN, 3, Refused),
    ):
        with pytest.raises(problem):
            check_submittable(life.ask("2026-01-05", seats("support", many), by=by))
    closed = replace(life.context.account, overrides=(Override("submit_requests", grant=False),))
    life.context = replace(life.context, account=closed)
    with pytest.raises(Refused):
        check_submittable(life.ask("2026-01-05", seats("support", 5), by=ADMIN))


def test_whoever_asked_takes_it_back_and_so_may_the_vendor() -> None:
    check_withdrawal(ADMIN, ADMIN.id, ADMIN.name)
    check_withdrawal(VENDOR, ADMIN.id, ADMIN.name)
    with pytest.raises(OnlyRequester) as caught:
        check_withdrawal(OWNER, ADMIN.id, ADMIN.name)
    assert caught.value.params == {"name": ADMIN.name}


def test_what_moved_since_a_request_was_made_is_named() -> None:
    asked = Basis("managed", 1, 1)
    assert asked.differences(asked) == ()
    assert asked.differences(replace(asked, catalog=2)) == ("catalog",)
    assert asked.differences(replace(asked, policy=2)) == ("policy",)
    assert asked.differences(replace(asked, account_type="self_service")) == ("account_type",)
