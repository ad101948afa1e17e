"""Each edit of a list is decided for whoever asks, and nothing is left unsaid about it."""

from dataclasses import replace
from datetime import date

import pytest

from account_in_memory import BILLING_ADMIN, OWNER, SUPPORT, AccountInMemory, account, add, remove, seats
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.policy.policy import Decision, Outcome, Override, Reason, State
from bursar.core.subscription.edit import RemoveProduct, SetSeats, Suspend

FEBRUARY = date(2026, 2, 1)


def lived(account_type: str = "self_service") -> AccountInMemory:
    """Ten seats and two of an add-on, monthly since 1 January 2026."""
    life = AccountInMemory(account_type)
    life.do("2026-01-01", add("support", "team", seats=10), add("chat", "standard", seats=2))
    return life


def overridden(life: AccountInMemory, *overrides: Override) -> AccountInMemory:
    life.context = replace(life.context, account=replace(life.context.account, overrides=overrides))
    return life


def undo(life: AccountInMemory) -> dict[str, object]:
    return {"edit": "undo", "change": str(life.context.timeline.changes[-1].id)}


def test_what_is_kept_stands_in_the_quote_with_its_own_day_and_is_allowed() -> None:
    life = lived()
    life.do("2026-01-05", seats("support", 8))
    keep = {**undo(life), "edit": "keep"}
    kept, _ = life.ask("2026-01-06", keep, seats("support", 12), by=OWNER).edits
    assert kept == DecidedEdit(life.read(keep)[0], Decision("remove_seats", Outcome.ALLOWED), FEBRUARY)


def test_an_undoing_counts_on_the_day_of_what_it_undoes_and_needs_what_that_needed() -> None:
    life = lived()
    life.do("2026-01-05", seats("support", 8), by=OWNER)
    answer = life.ask("2026-01-06", undo(life), by=OWNER)
    [undone] = answer.edits
    assert (undone.decision.capability, undone.effective_on) == ("remove_seats", date(2026, 2, 1))
    [change] = answer.changes
    assert (change.effective_on, change.undoes) == (FEBRUARY, life.change(SetSeats).id)


def test_what_the_vendor_scheduled_is_refused_to_members_who_are_told_to_ask_the_vendor() -> None:
    life = lived()
    life.do("2026-01-05", seats("support", 8))
    assert life.ask("2026-01-06", undo(life), by=OWNER).refusal() == Decision(
        "remove_seats", Outcome.REFUSED, Reason.ACCOUNT_TYPE, (SUPPORT,)
    )


def test_what_is_refused_is_said_with_the_edit_and_never_counts() -> None:
    life = lived("managed")
    [refused] = life.ask("2026-01-05", seats("support", 12), by=OWNER).edits
    assert (refused.edit, refused.effective_on) == (SetSeats(product="support", seats=12), None)
    assert refused.decision.capability == "add_seats"


@pytest.mark.parametrize("deed", ["suspend", "resume"])
def test_an_account_that_has_ended_is_neither_suspended_nor_opened_again(deed: str) -> None:
    life = lived()
    life.do("2026-01-05", {"edit": "cancel", "on": "now"})
    assert life.context.account.state is State.CANCELLED
    refusal = life.ask("2026-01-06", {"edit": deed}).refusal()
    assert refusal == Decision("", Outcome.REFUSED, Reason.ACCOUNT_STATE)


def test_suspending_has_no_capability_since_only_the_vendor_does_it() -> None:
    life = lived()
    answer = life.do("2026-01-05", {"edit": "suspend"})
    assert answer.edits[0].decision == Decision("", Outcome.ALLOWED)
    assert (life.change(Suspend).capability, life.change(Suspend).by_vendor) == ("", True)


def test_removing_the_last_base_product_needs_the_right_to_cancel_as_well() -> None:
    life = overridden(lived(), Override("cancel_account", grant=False))
    assert life.ask("2026-01-05", remove("chat"), by=OWNER).outcome is Outcome.ALLOWED
    refusal = life.ask("2026-01-05", remove("support"), by=OWNER).refusal()
    assert refusal is not None
    assert (refusal.capability, refusal.reason) == ("cancel_account", Reason.ACCOUNT_TYPE)


def test_where_neither_is_allowed_the_removal_is_what_is_refused() -> None:
    refusal = lived().ask("2026-01-05", remove("support"), by=BILLING_ADMIN).refusal()
    assert refusal is not None
    assert (refusal.capability, refusal.reason) == ("remove_products", Reason.ROLE)


def test_a_base_product_goes_freely_while_another_stays() -> None:
    life = overridden(lived(), Override("cancel_account", grant=False))
    life.do("2026-01-02", add("suite", "growth", seats=1))
    assert life.ask("2026-01-05", remove("suite"), by=OWNER).outcome is Outcome.ALLOWED
    assert life.ask("2026-01-05", remove("suite"), remove("support"), by=OWNER).outcome is Outcome.REFUSED
    life.do("2026-01-05", remove("suite"), by=OWNER)
    assert life.change(RemoveProduct).effective_on == FEBRUARY
    assert life.ask("2026-01-06", remove("support"), by=OWNER).outcome is Outcome.REFUSED
    assert life.ask("2026-01-06", remove("support"), undo(life), by=OWNER).outcome is Outcome.ALLOWED


def test_a_product_added_by_the_vendor_needs_not_be_sold_online() -> None:
    life = lived("online_assisted")
    assert life.ask("2026-01-05", add("privacy", "standard")).outcome is Outcome.ALLOWED
    refusal = life.ask("2026-01-05", add("privacy", "standard"), by=OWNER).refusal()
    assert refusal == Decision("add_products", Outcome.REFUSED, Reason.CATALOG, (SUPPORT,))


def test_whom_to_ask_is_the_representative_where_there_is_one() -> None:
    rita = replace(SUPPORT, name="Rita", role="representative")
    life = lived()
    life.do("2026-01-05", seats("support", 8))
    life.context = replace(life.context, account=account(representative=rita))
    refusal = life.ask("2026-01-06", undo(life), by=OWNER).refusal()
    assert refusal is not None
    assert refusal.ask == (rita,)
