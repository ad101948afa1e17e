"""Edits of a filled Manage form, and the scheduled changes that they collide with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from bursar.center.manage.form import ManageForm, ShownItem
from bursar.center.manage.freed_seats import chosen_members
from bursar.core.calendar.period import Span
from bursar.core.money.price import Per
from bursar.core.subscription.catalog import Product
from bursar.core.subscription.edit import (
    AddProduct,
    AddTemporarySeats,
    ChangeCycle,
    ChangePlan,
    DatedEdit,
    Edit,
    Keep,
    PricedEdit,
    RemoveProduct,
    SetSeats,
    SetUnits,
    StartTrial,
    Undo,
)
from bursar.core.subscription.edit_field import Expected
from bursar.core.subscription.edit_rules import same_subject
from bursar.core.subscription.subscription import Change

NAMED_DAYS: Final = ("now", "renewal")


@dataclass(frozen=True, slots=True)
class Collision:
    """A scheduled change about the same thing as a new edit. `answer` is empty until the person chose."""

    change: Change
    answer: Literal["", "keep", "undo"]


@dataclass(frozen=True, slots=True)
class FormEdits:
    """The edits of a filled form, with each scheduled change that they collide with."""

    edits: tuple[Edit, ...]
    collisions: tuple[Collision, ...] = ()

    @property
    def unanswered(self) -> tuple[UUID, ...]:
        """Return the scheduled changes that still need an answer: keep or undo."""
        return tuple(collision.change.id for collision in self.collisions if not collision.answer)


def edits_of_form(form: ManageForm) -> FormEdits:
    """Return the edits of a valid form. Errors: UnknownProduct, UnknownPlan."""
    fields = form.cleaned_data
    # In the order of the page, because the summary lists them in the order of the edits.
    edits = [*_item_edits(form, fields), *_additions(form, fields), *_cycle_edits(form, fields)]
    edits = _with_staff_terms(edits, fields) if form.by_staff else edits
    collisions, answer_edits = [], list[Edit]()
    for change in form.scheduled:
        # A change that is ticked to be undone needs no question, whatever else it collides with.
        if fields[f"undo_{change.id}"]:
            answer_edits.append(Undo(change=change.id))
        elif any(same_subject(change.edit, edit) for edit in edits):
            collision = Collision(change, _read_answer(fields[f"about_{change.id}"]))
            collisions.append(collision)
            answer_edits += _edits_of_answer(collision)
    return FormEdits((*edits, *answer_edits), tuple(collisions))


def _item_edits(form: ManageForm, fields: dict[str, Any]) -> list[Edit]:
    """Return the edits of items: where the form differs from what it showed, or agrees a price."""
    edits: list[Edit] = []
    for product, item in form.state.items.items():
        shown_item = form.shown_items[product]
        if fields[f"remove_{product}"]:
            edits.append(RemoveProduct(product=product, expected=shown_item.expected(plan=shown_item.plan)))
            continue
        per, plan = form.state.agreed_price(item).per, fields[f"plan_{product}"]
        # An agreed price is an edit also where the quantity stays: it prices the present seats anew.
        priced = plan in ("", shown_item.plan) and isinstance(fields.get(f"price_{product}"), Decimal)
        if per is not Per.ACCOUNT and ((count := fields[f"quantity_{product}"]) != shown_item.quantity or priced):
            edits.append(_quantity_edit(form, product, count, per, shown_item))
        if fields[f"temporary_{product}"]:
            # People name the last day; a span ends on the day after it.
            span = Span(fields[f"first_{product}"], fields[f"last_{product}"] + timedelta(days=1))
            edits.append(AddTemporarySeats(product=product, seats=fields[f"temporary_{product}"], span=span))
        if plan and plan != shown_item.plan:
            edits.append(_plan_change(form, fields, product, plan, shown_item.expected(plan=shown_item.plan)))
    return edits


def _plan_change(
    form: ManageForm, fields: dict[str, Any], product: str, plan: str, expected: Expected | None
) -> ChangePlan:
    """Return the change to another plan, with a quantity if the plans are counted in different measures."""
    per = form.catalog.plan(product, plan).per
    present = form.state.agreed_price(form.state.items[product]).per
    count = fields[f"{per.value}s_{product}"] if per not in (present, Per.ACCOUNT) else None
    return ChangePlan(
        product=product,
        plan=plan,
        seats=count if per is Per.SEAT else None,
        units=count if per is Per.UNIT else None,
        release=chosen_members(form.data, product) if per is Per.SEAT and count is not None else (),
        expected=expected,
    )


def _quantity_edit(form: ManageForm, product: str, count: int, per: Per, shown_item: ShownItem) -> Edit:
    """Return the edit of a quantity; for fewer seats with the members who give theirs up."""
    if per is Per.UNIT:
        return SetUnits(product=product, units=count, expected=shown_item.expected(units=shown_item.quantity))
    release = chosen_members(form.data, product) if count < shown_item.quantity else ()
    return SetSeats(
        product=product, seats=count, release=release, expected=shown_item.expected(seats=shown_item.quantity)
    )


def _cycle_edits(form: ManageForm, fields: dict[str, Any]) -> list[Edit]:
    chosen_cycle, shown_cycle = fields["cycle"], form.shown_cycle
    if not chosen_cycle or chosen_cycle == (shown_cycle or form.state.cycle.code):
        return []
    # What the page showed is sent along, so that a change that somebody else made meanwhile is noticed.
    return [ChangeCycle(cycle=chosen_cycle, expected=Expected(cycle=shown_cycle) if shown_cycle else None)]


def _additions(form: ManageForm, fields: dict[str, Any]) -> list[Edit]:
    """Return the edits that add products."""
    return [
        _addition(form, product, plan, fields[f"quantity_{product.code}"])
        for product in form.catalog.products
        if product.code not in form.state.items and (plan := fields[f"add_{product.code}"])
    ]


def _addition(form: ManageForm, product: Product, plan: str, count: int) -> AddProduct:
    per = form.catalog.plan(product.code, plan).per
    return AddProduct(
        product=product.code,
        plan=plan,
        seats=count if per is Per.SEAT else None,
        units=count if per is Per.UNIT else None,
    )


def _with_staff_terms(edits: Sequence[Edit], fields: dict[str, Any]) -> list[Edit]:
    """Return the edits with the day and the prices that staff gave, or as a trial."""
    if fields["on"] == "trial":
        return [_as_trial(edit, fields["day"]) for edit in edits]
    on = fields["day"] if fields["on"] == "day" else fields["on"] if fields["on"] in NAMED_DAYS else None
    # The price belongs to the new plan: given to the quantity as well, it would be charged for the old one first.
    products_changing_plan = {edit.product for edit in edits if isinstance(edit, ChangePlan)}
    edits_with_terms = []
    for edit in edits:
        if isinstance(edit, PricedEdit) and (
            isinstance(edit, ChangePlan) or edit.product not in products_changing_plan
        ):
            edit = replace(edit, price=fields[f"price_{edit.product}"])
        edits_with_terms.append(
            # Undoing and keeping count at once, and dated edits have days of their own.
            edit if on is None or isinstance(edit, (Undo, Keep, DatedEdit)) else replace(edit, on=on)
        )
    return edits_with_terms


def _as_trial(edit: Edit, until: date) -> Edit:
    """Return an addition as a trial."""
    if not isinstance(edit, AddProduct):
        return edit
    return StartTrial(product=edit.product, plan=edit.plan, seats=edit.seats, units=edit.units, until=until)


def _read_answer(fields: str) -> Literal["", "keep", "undo"]:
    return "keep" if fields == "keep" else "undo" if fields == "undo" else ""


def _edits_of_answer(collision: Collision) -> list[Edit]:
    if collision.answer == "undo":
        return [Undo(change=collision.change.id)]
    return [Keep(change=collision.change.id)] if collision.answer == "keep" else []
