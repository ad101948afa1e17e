"""What fills the form of Manage in anew asks for the very edits that it was filled in from."""

from datetime import date
from typing import Any

import pytest

from account_in_memory import CATALOG, AccountInMemory
from bursar.center.manage.edits import FormEdits, edits_of_form
from bursar.center.manage.form import ManageForm
from bursar.center.manage.prefill import fields_of_edits
from bursar.core.subscription.edit import ChangeCycle, SetSeats
from bursar.core.subscription.subscription import Change

MEMBER = "00000000-0000-0000-0000-000000000009"


def life() -> AccountInMemory:
    """An account with two products, and a reduction and another cycle that are scheduled."""
    made = AccountInMemory()
    made.do(
        "2026-01-01",
        {"edit": "add_product", "product": "support", "plan": "team", "seats": 10},
        {"edit": "add_product", "product": "voice", "plan": "standard", "seats": 4},
    )
    made.do("2026-01-05", {"edit": "set_seats", "product": "support", "seats": 8})
    made.do("2026-01-05", {"edit": "change_cycle", "cycle": "annual"})
    return made


def sent(
    filled: dict[str, str], made: AccountInMemory, scheduled: tuple[Change, ...], *, by_staff: bool = False
) -> FormEdits:
    """What a form asks for that is sent as it was filled in."""
    form = ManageForm(
        filled,
        state=made.state("2026-01-05"),
        scheduled=scheduled,
        catalog=CATALOG,
        today=date(2026, 1, 5),
        used={},
        by_staff=by_staff,
    )
    assert form.is_valid(), form.errors
    return edits_of_form(form)


@pytest.mark.parametrize(
    "edits",
    [
        [{"edit": "set_seats", "product": "voice", "seats": 9, "price": "12.345", "on": "now"}],
        [{"edit": "set_seats", "product": "voice", "seats": 2, "release": [MEMBER], "on": "2026-02-10"}],
        [
            {"edit": "change_plan", "product": "support", "plan": "growth", "price": "40.00", "on": "renewal"},
            {"edit": "remove_product", "product": "voice", "on": "renewal"},
        ],
        [
            {"edit": "set_seats", "product": "voice", "seats": 5},
            {
                "edit": "add_temporary_seats",
                "product": "support",
                "seats": 3,
                "span": {"start": "2026-01-10", "end": "2026-01-21"},
            },
            {"edit": "add_product", "product": "suite", "plan": "growth", "seats": 2, "price": "80.00"},
        ],
        [{"edit": "start_trial", "product": "suite", "plan": "growth", "seats": 3, "until": "2026-01-20"}],
    ],
)
def test_a_form_that_was_filled_in_from_edits_asks_for_them(edits: list[dict[str, Any]]) -> None:
    made = life()
    wanted = AccountInMemory.read(*edits)
    scheduled = made.context.timeline.pending(date(2026, 1, 5))
    asked = sent(fields_of_edits(wanted, scheduled, "EUR"), made, scheduled, by_staff=True)
    assert sorted(map(repr, asked.edits)) == sorted(map(repr, wanted))


@pytest.mark.parametrize("answer", ["undo", "keep"])
def test_what_was_said_of_a_scheduled_change_is_said_again(answer: str) -> None:
    made = life()
    less, cycle = made.change(SetSeats), made.change(ChangeCycle)
    wanted = AccountInMemory.read(
        {"edit": "set_seats", "product": "support", "seats": 12},
        {"edit": answer, "change": str(less.id)},
        {"edit": "undo", "change": str(cycle.id)},
    )
    filled = fields_of_edits(wanted, (less, cycle), "EUR")
    assert filled == {"quantity_support": "12", f"about_{less.id}": answer, f"undo_{cycle.id}": "1"}
    asked = sent(filled, made, (less, cycle))
    assert sorted(map(repr, asked.edits)) == sorted(map(repr, wanted))


def test_a_price_per_unit_and_plans_of_other_measures_are_filled_in_too() -> None:
    wanted = AccountInMemory.read(
        {"edit": "change_plan", "product": "support", "plan": "team", "seats": 7, "release": [MEMBER]},
        {"edit": "set_units", "product": "storage", "units": 30},
        {"edit": "change_plan", "product": "api", "plan": "packs", "units": 4},
    )
    assert fields_of_edits(wanted, (), "EUR") == {
        "plan_support": "team",
        "seats_support": "7",
        f"release_support_{MEMBER}": "1",
        "quantity_storage": "30",
        "plan_api": "packs",
        "units_api": "4",
    }
