"""What a filled Manage form asks for: edits, and what becomes of what is scheduled for the same things."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from bursar.center.release import chosen
from bursar.center.temporary import temporary_asked
from bursar.center.terms import AtField, agreed, count_given, price
from bursar.core.catalog import Catalog, Product
from bursar.core.edit import (
    AddProduct,
    ChangeCycle,
    ChangePlan,
    Edit,
    Keep,
    RemoveProduct,
    SetSeats,
    SetUnits,
    Undo,
)
from bursar.core.effect import collide
from bursar.core.field import MOST_SEATS, MOST_UNITS, Expected
from bursar.core.item import Item
from bursar.core.price import Per
from bursar.core.subscription import Change, Subscription


class NotACount(AtField):
    """Give a whole number from 1 to {most}."""

    code = "not_a_count"


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
        return tuple(one.change.id for one in self.collisions if not one.answer)


def read(
    filled: Mapping[str, str],
    state: Subscription,
    scheduled: tuple[Change, ...],
    catalog: Catalog,
    *,
    by_staff: bool = False,
) -> Wishes:
    """What a filled form asks for; the vendor's staff may say when and at what price. Errors: AtField, its kinds."""
    edits = [*_about_items(filled, state, catalog, by_staff=by_staff), *_additions(filled, state, catalog)]
    edits += _about_cycle(filled, state)
    edits = agreed(edits, filled) if by_staff else edits
    collisions, about = [], list[Edit]()
    for change in scheduled:
        if filled.get(f"undo_{change.id}"):
            about.append(Undo(change=change.id))
        elif any(collide(change.edit, edit) for edit in edits):
            collision = Collision(change, _answer(filled.get(f"about_{change.id}", "")))
            collisions.append(collision)
            about += _answered(collision)
    return Wishes((*edits, *about), tuple(collisions))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a form showed of an item when it was opened; what it did not say counts as it is now."""

    quantity: int
    plan: str
    said: bool

    @classmethod
    def of(cls, filled: Mapping[str, str], item: Item) -> "Shown":
        """Read what was shown of an item."""
        quantity, plan = (filled.get(f"was_{name}_{item.product}", "") for name in ("quantity", "plan"))
        if not (quantity.isascii() and quantity.isdecimal() and plan):
            return cls(item.quantity, item.plan, said=False)
        return cls(int(quantity[:10]), plan, said=True)

    def expected(self, **fields: object) -> Expected | None:
        """Return these fields as what is believed, if the form said anything."""
        return Expected(**fields) if self.said else None  # type: ignore[arg-type]  # fields of the dataclass


def _about_items(filled: Mapping[str, str], state: Subscription, catalog: Catalog, *, by_staff: bool) -> list[Edit]:
    """Return edits of what the account has: where the form differs from what it showed, or agrees a price."""
    edits: list[Edit] = []
    for product, item in state.items.items():
        was = Shown.of(filled, item)
        if filled.get(f"remove_{product}"):
            edits.append(RemoveProduct(product=product, expected=was.expected(plan=was.plan)))
            continue
        per, plan = state.pin(item).per, filled.get(f"plan_{product}")
        priced = by_staff and plan in (None, "", was.plan) and price(filled, product) is not None
        given = filled.get(f"quantity_{product}")
        if given is not None and per is not Per.ACCOUNT:
            count = _count(given.strip(), f"quantity_{product}", per)
            if count != was.quantity or priced:
                edits.append(_counted(filled, product, count, per, was))
        if (asked := temporary_asked(filled, product)) is not None:
            edits.append(asked)
        if plan and plan != was.plan:
            edits.append(_moving(filled, product, plan, per, catalog, was.expected(plan=was.plan)))
    return edits


def _moving(
    filled: Mapping[str, str], product: str, plan: str, present: Per, catalog: Catalog, expected: Expected | None
) -> ChangePlan:
    """Return the change to another plan, with how many there where it counts otherwise than the present one."""
    per, count = catalog.plan(product, plan).per, None
    if per not in (present, Per.ACCOUNT):
        field = f"{per.value}s_{product}"
        count = _count(filled.get(field, "").strip(), field, per)
    return ChangePlan(
        product=product,
        plan=plan,
        seats=count if per is Per.SEAT else None,
        units=count if per is Per.UNIT else None,
        release=chosen(filled, product) if per is Per.SEAT and count is not None else (),
        expected=expected,
    )


def _counted(filled: Mapping[str, str], product: str, count: int, per: Per, was: Shown) -> Edit:
    """Return the edit to another number; fewer seats with who was chosen to give theirs up."""
    if per is Per.UNIT:
        return SetUnits(product=product, units=count, expected=was.expected(units=was.quantity))
    giving = chosen(filled, product) if count < was.quantity else ()
    return SetSeats(product=product, seats=count, release=giving, expected=was.expected(seats=was.quantity))


def _about_cycle(filled: Mapping[str, str], state: Subscription) -> list[Edit]:
    wanted, was = filled.get("cycle", ""), filled.get("was_cycle", "")
    if not wanted or wanted == (was or state.cycle.code):
        return []
    return [ChangeCycle(cycle=wanted, expected=Expected(cycle=was) if was else None)]


def _additions(filled: Mapping[str, str], state: Subscription, catalog: Catalog) -> list[Edit]:
    """Edits that add what the account does not have."""
    return [
        _adding(one, plan, filled.get(f"quantity_{one.code}", "1").strip(), catalog)
        for one in catalog.products
        if one.code not in state.items and (plan := filled.get(f"add_{one.code}"))
    ]


def _adding(product: Product, plan: str, given: str, catalog: Catalog) -> AddProduct:
    per = catalog.plan(product.code, plan).per
    count = _count(given, f"quantity_{product.code}", per) if per is not Per.ACCOUNT else None
    return AddProduct(
        product=product.code,
        plan=plan,
        seats=count if per is Per.SEAT else None,
        units=count if per is Per.UNIT else None,
    )


def _count(given: str, at: str, per: Per) -> int:
    most = MOST_SEATS if per is Per.SEAT else MOST_UNITS
    count = count_given(given, most)
    if count is None:
        raise NotACount(at, most=most)
    return count


def _answer(given: str) -> Literal["", "keep", "undo"]:
    return "keep" if given == "keep" else "undo" if given == "undo" else ""


def _answered(collision: Collision) -> list[Edit]:
    if collision.answer == "undo":
        return [Undo(change=collision.change.id)]
    return [Keep(change=collision.change.id)] if collision.answer == "keep" else []
