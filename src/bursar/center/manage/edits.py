"""What a filled Manage form asks for: edits, and what becomes of what is scheduled for the same things."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from bursar.center.manage.form import ManageForm, Shown
from bursar.center.manage.freed_seats import chosen
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
    """A scheduled change about the same thing as a new edit. `answer` is empty until somebody chose."""

    change: Change
    answer: Literal["", "keep", "undo"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The edits of a filled form, and each scheduled change that they collide with."""

    edits: tuple[Edit, ...]
    collisions: tuple[Collision, ...] = ()

    @property
    def unanswered(self) -> tuple[UUID, ...]:
        """The scheduled changes of which nobody said yet what becomes of them."""
        return tuple(collision.change.id for collision in self.collisions if not collision.answer)


def read(form: ManageForm) -> Wishes:
    """Return what a valid form asks for. Errors: UnknownProduct, UnknownPlan."""
    given = form.cleaned_data
    edits = [*_about_items(form, given), *_additions(form, given), *_about_cycle(form, given)]
    edits = _by_staff(edits, given) if form.by_staff else edits
    collisions, about = [], list[Edit]()
    for change in form.scheduled:
        if given[f"undo_{change.id}"]:
            about.append(Undo(change=change.id))
        elif any(same_subject(change.edit, edit) for edit in edits):
            collision = Collision(change, _answer(given[f"about_{change.id}"]))
            collisions.append(collision)
            about += _answered(collision)
    return Wishes((*edits, *about), tuple(collisions))


def _about_items(form: ManageForm, given: dict[str, Any]) -> list[Edit]:
    """Return edits of what the account has: where the form differs from what it showed, or agrees a price."""
    edits: list[Edit] = []
    for product, item in form.state.items.items():
        was = form.was[product]
        if given[f"remove_{product}"]:
            edits.append(RemoveProduct(product=product, expected=was.expected(plan=was.plan)))
            continue
        per, plan = form.state.agreed_price(item).per, given[f"plan_{product}"]
        priced = plan in ("", was.plan) and isinstance(given.get(f"price_{product}"), Decimal)
        if per is not Per.ACCOUNT and ((count := given[f"quantity_{product}"]) != was.quantity or priced):
            edits.append(_counted(form, product, count, per, was))
        if given[f"temporary_{product}"]:
            span = Span(given[f"first_{product}"], given[f"last_{product}"] + timedelta(days=1))
            edits.append(AddTemporarySeats(product=product, seats=given[f"temporary_{product}"], span=span))
        if plan and plan != was.plan:
            edits.append(_moving(form, given, product, plan, was.expected(plan=was.plan)))
    return edits


def _moving(form: ManageForm, given: dict[str, Any], product: str, plan: str, expected: Expected | None) -> ChangePlan:
    """Return the change to another plan, with how many there where it counts otherwise than the present one."""
    per = form.catalog.plan(product, plan).per
    present = form.state.agreed_price(form.state.items[product]).per
    count = given[f"{per.value}s_{product}"] if per not in (present, Per.ACCOUNT) else None
    return ChangePlan(
        product=product,
        plan=plan,
        seats=count if per is Per.SEAT else None,
        units=count if per is Per.UNIT else None,
        release=chosen(form.data, product) if per is Per.SEAT and count is not None else (),
        expected=expected,
    )


def _counted(form: ManageForm, product: str, count: int, per: Per, was: Shown) -> Edit:
    """Return the edit to another number; fewer seats with who was chosen to give theirs up."""
    if per is Per.UNIT:
        return SetUnits(product=product, units=count, expected=was.expected(units=was.quantity))
    giving = chosen(form.data, product) if count < was.quantity else ()
    return SetSeats(product=product, seats=count, release=giving, expected=was.expected(seats=was.quantity))


def _about_cycle(form: ManageForm, given: dict[str, Any]) -> list[Edit]:
    wanted, was = given["cycle"], form.was_cycle
    if not wanted or wanted == (was or form.state.cycle.code):
        return []
    return [ChangeCycle(cycle=wanted, expected=Expected(cycle=was) if was else None)]


def _additions(form: ManageForm, given: dict[str, Any]) -> list[Edit]:
    """Return edits that add what the account does not have."""
    return [
        _adding(form, product, plan, given[f"quantity_{product.code}"])
        for product in form.catalog.products
        if product.code not in form.state.items and (plan := given[f"add_{product.code}"])
    ]


def _adding(form: ManageForm, product: Product, plan: str, count: int) -> AddProduct:
    per = form.catalog.plan(product.code, plan).per
    return AddProduct(
        product=product.code,
        plan=plan,
        seats=count if per is Per.SEAT else None,
        units=count if per is Per.UNIT else None,
    )


def _by_staff(edits: Sequence[Edit], given: dict[str, Any]) -> list[Edit]:
    """Return the edits with the day and the prices that the staff gave, or as a trial."""
    if given["on"] == "trial":
        return [_tried(edit, given["day"]) for edit in edits]
    on = given["day"] if given["on"] == "day" else given["on"] if given["on"] in NAMED_DAYS else None
    moved = {edit.product for edit in edits if isinstance(edit, ChangePlan)}
    agreed = []
    for edit in edits:
        if isinstance(edit, PricedEdit) and (isinstance(edit, ChangePlan) or edit.product not in moved):
            edit = replace(edit, price=given[f"price_{edit.product}"])
        agreed.append(edit if on is None or isinstance(edit, (Undo, Keep, DatedEdit)) else replace(edit, on=on))
    return agreed


def _tried(edit: Edit, until: date) -> Edit:
    """Return what would be added as a trial instead."""
    if not isinstance(edit, AddProduct):
        return edit
    return StartTrial(product=edit.product, plan=edit.plan, seats=edit.seats, units=edit.units, until=until)


def _answer(given: str) -> Literal["", "keep", "undo"]:
    return "keep" if given == "keep" else "undo" if given == "undo" else ""


def _answered(collision: Collision) -> list[Edit]:
    if collision.answer == "undo":
        return [Undo(change=collision.change.id)]
    return [Keep(change=collision.change.id)] if collision.answer == "keep" else []
