"""Edits are read from their documents, one wrong thing is named with its place, and they are written as they were read."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from bursar.core.calendar.period import Span
from bursar.core.messages.problem import Invalid
from bursar.core.money.money import BadRate
from bursar.core.subscription.edit import (
    KINDS,
    AddProduct,
    AddTemporarySeats,
    Cancel,
    ChangeCycle,
    ChangePlan,
    Edit,
    Keep,
    RemoveProduct,
    Resume,
    SetSeats,
    SetUnits,
    StartTrial,
    Suspend,
    Undo,
    UnknownEdit,
    UnknownField,
    read_edits,
    write_edit,
)
from bursar.core.subscription.edit_field import BadEdit

ID = "00000000-0000-0000-0000-000000000007"
WRITTEN: list[tuple[dict[str, Any], Edit]] = [
    (
        {"edit": "add_product", "product": "support", "plan": "team", "seats": 10, "on": "now", "price": "12.00"},
        AddProduct(product="support", plan="team", seats=10, on="now", price=Decimal("12.00")),
    ),
    (
        {"edit": "add_product", "product": "resolutions", "plan": "standard", "units": 3, "on": "2026-01-31"},
        AddProduct(product="resolutions", plan="standard", units=3, on=date(2026, 1, 31)),
    ),
    (
        {"edit": "set_seats", "product": "support", "seats": 8, "release": [ID], "on": "renewal"},
        SetSeats(product="support", seats=8, release=(UUID(ID),), on="renewal"),
    ),
    (
        {
            "edit": "add_temporary_seats",
            "product": "support",
            "seats": 5,
            "span": {"start": "2026-12-01", "end": "2027-01-07"},
        },
        AddTemporarySeats(product="support", seats=5, span=Span(date(2026, 12, 1), date(2027, 1, 7))),
    ),
    (
        {"edit": "start_trial", "product": "support", "plan": "team", "until": "2026-12-15", "seats": 3},
        StartTrial(product="support", plan="team", until=date(2026, 12, 15), seats=3),
    ),
    ({"edit": "set_units", "product": "resolutions", "units": 5}, SetUnits(product="resolutions", units=5)),
    ({"edit": "change_plan", "product": "support", "plan": "growth"}, ChangePlan(product="support", plan="growth")),
    ({"edit": "remove_product", "product": "chat"}, RemoveProduct(product="chat")),
    ({"edit": "change_cycle", "cycle": "annual"}, ChangeCycle(cycle="annual")),
    ({"edit": "cancel", "reason": "too dear"}, Cancel(reason="too dear")),
    ({"edit": "cancel"}, Cancel()),
    ({"edit": "suspend"}, Suspend()),
    ({"edit": "resume"}, Resume()),
    ({"edit": "undo", "change": ID}, Undo(change=UUID(ID))),
    ({"edit": "keep", "change": ID}, Keep(change=UUID(ID))),
]
SEATS = {"edit": "set_seats", "product": "support", "seats": 8}
UNITS = {"edit": "set_units", "product": "resolutions", "units": 8}


def refused(document: object) -> str:
    """Where something is wrong."""
    with pytest.raises(Invalid) as caught:
        read_edits(document)
    return str(caught.value.params["at"])


def test_every_kind_of_edit_is_read_and_written_as_the_same_object() -> None:
    documents = [document for document, _ in WRITTEN]
    assert read_edits(documents) == tuple(edit for _, edit in WRITTEN)
    assert [write_edit(edit) for _, edit in WRITTEN] == documents
    assert {document["edit"] for document in documents} == set(KINDS)


def test_blanks_around_a_text_do_not_count_and_nothing_given_is_nothing_said() -> None:
    assert read_edits([{"edit": "cancel", "reason": "  too dear "}]) == (Cancel(reason="too dear"),)
    for nothing in ("", None):
        assert read_edits([{"edit": "cancel", "reason": nothing}]) == (Cancel(),)
    assert read_edits([{**SEATS, "on": None, "price": None, "release": None}]) == (
        SetSeats(product="support", seats=8),
    )


@pytest.mark.parametrize(("document", "field", "most"), [(SEATS, "seats", 1_000_000), (UNITS, "units", 1_000_000_000)])
def test_seats_and_units_are_whole_from_one_on(document: dict[str, Any], field: str, most: int) -> None:
    for number in (1, most):
        assert getattr(read_edits([{**document, field: number}])[0], field) == number
    wrong: tuple[object, ...] = (0, -1, most + 1, True, 1.5, "8")
    assert {refused([{**document, field: number}]) for number in wrong} == {f"edits[0].{field}"}


def test_a_text_has_from_one_to_2000_characters() -> None:
    assert read_edits([{"edit": "cancel", "reason": "x" * 2000}]) == (Cancel(reason="x" * 2000),)
    for text in ("x" * 2001, "  ", 7):
        assert refused([{"edit": "cancel", "reason": text}]) == "edits[0].reason"


def test_a_day_lies_in_the_years_1970_to_2199() -> None:
    for day in ("1970-01-01", "2199-12-31"):
        assert read_edits([{**SEATS, "on": day}])[0].on == date.fromisoformat(day)
    wrong: tuple[object, ...] = ("1969-12-31", "2200-01-01", "2026-02-30", "later", 20260131, ["now"])
    assert {refused([{**SEATS, "on": day}]) for day in wrong} == {"edits[0].on"}


def test_a_price_is_a_decimal_in_quotes() -> None:
    assert refused([{**SEATS, "price": 12}]) == "edits[0].price"
    with pytest.raises(BadRate):
        read_edits([{**SEATS, "price": "-1"}])


def test_people_are_named_in_a_list_of_ids() -> None:
    assert read_edits([{**SEATS, "release": (ID,)}]) == read_edits([{**SEATS, "release": [UUID(ID)]}])
    assert refused([{**SEATS, "release": ID}]) == "edits[0].release"
    assert refused([{**SEATS, "release": [ID, "Gus"]}]) == "edits[0].release[1]"
    wrong: tuple[object, ...] = ("7", 7, [])
    assert {refused([{"edit": "undo", "change": one}]) for one in wrong} == {"edits[0].change"}


def test_days_are_a_first_one_and_the_one_after_the_last() -> None:
    days = {"edit": "add_temporary_seats", "product": "support", "seats": 5}
    for wrong in (None, "2026-12-01..2027-01-07", {}, {"start": "2026-12-01"}, {"start": 1, "end": 2, "days": 3}):
        assert refused([{**days, "span": wrong}]) == "edits[0].span"
    assert refused([{**days, "span": {"start": "soon", "end": "2027-01-07"}}]) == "edits[0].span.start"
    for end in ("2026-12-01", "2026-11-30", "2200-01-01"):
        assert refused([{**days, "span": {"start": "2026-12-01", "end": end}}]) == "edits[0].span.end"


def test_edits_that_say_their_days_have_no_other_day_and_no_price() -> None:
    days = {"start": "2026-12-01", "end": "2027-01-07"}
    dated = (
        {"edit": "add_temporary_seats", "product": "support", "seats": 5, "span": days},
        {"edit": "start_trial", "product": "support", "plan": "team", "until": "2026-12-15"},
    )
    for edit in dated:
        for field in ({"on": "now"}, {"price": "1.00"}):
            with pytest.raises(UnknownField):
                read_edits([{**edit, **field}])


def test_a_list_has_from_one_to_100_edits() -> None:
    assert len(read_edits([SEATS] * 100)) == 100
    for document in ([], [SEATS] * 101, SEATS, None, "edits"):
        assert refused(document) == "edits"


def test_the_edit_that_is_wrong_is_named_by_its_place_in_the_list() -> None:
    for wrong in (7, {"edit": "fly"}, {}, {"edit": ["cancel"]}, {**SEATS, "colour": "red"}):
        assert refused([SEATS, wrong]) == "edits[1]"
    with pytest.raises(UnknownEdit):
        read_edits([{"edit": "fly"}])
    with pytest.raises(UnknownField):
        read_edits([{"edit": "suspend", "price": "1"}])


@pytest.mark.parametrize(("document", "missing"), [(SEATS, "seats"), (SEATS, "product"), (UNITS, "units")])
def test_what_an_edit_needs_is_asked_for(document: dict[str, Any], missing: str) -> None:
    incomplete = {field: value for field, value in document.items() if field != missing}
    with pytest.raises(BadEdit) as caught:
        read_edits([incomplete])
    assert caught.value.params["at"] == f"edits[0].{missing}"


def test_a_product_is_added_by_seats_or_units_as_it_is_priced_so_that_neither_is_needed_here() -> None:
    assert read_edits([{"edit": "add_product", "product": "privacy", "plan": "standard"}]) == (
        AddProduct(product="privacy", plan="standard"),
    )


def test_only_what_has_a_price_takes_one() -> None:
    priced = {document["edit"] for document, _ in WRITTEN if takes_a_price(document)}
    assert priced == {"add_product", "set_seats", "set_units", "change_plan"}


def takes_a_price(document: dict[str, Any]) -> bool:
    try:
        read_edits([{**document, "price": "1"}])
    except UnknownField:
        return False
    return True
