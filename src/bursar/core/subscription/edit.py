"""Edits: each kind of wish to change a subscription, and their reading from JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bursar.core.messages.problem import Invalid, Problem, phrase
from bursar.core.messages.schema import first_fault, is_unknown, place, problem_of
from bursar.core.subscription.edit_field import (
    BadEdit,
    ChangeId,
    Days,
    ExpectedState,
    LastDay,
    Price,
    Reason,
    Release,
    Seats,
    Text,
    Units,
    When,
    excerpt,
)

MOST_EDITS: Final = 100


class UnknownEdit(Invalid):
    """{at}: there is no edit {edit}; the edits are {known}."""

    code = "unknown_edit"


class UnknownField(Invalid):
    """{at}: the edit {edit} has no field {field}; its fields are {known}."""

    code = "unknown_field"


class VendorOnly(Invalid):
    """{at}: {field} is for the vendor's staff only; leave it out."""

    code = "vendor_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A wish to change one thing in a subscription. Only the vendor gives `on` and `price`.

    `on` is "now", "renewal" or a date; without it the policy's timing decides.
    `price` is the agreed rate for one seat, unit or account and whole billing period.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", regex_engine="python-re")

    on: When | None = None
    price: Price | None = field(default=None, init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedEdit(Edit):
    """An edit of a product with which the vendor may agree a price."""

    price: Price | None = None
    product: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedEdit(Edit):
    """An edit that has days of its own, so that no timing decides them."""

    on: When | None = field(default=None, init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddProduct(PricedEdit):
    """Add a product in a plan, with seats or units as the plan is priced."""

    plan: Text
    seats: Seats | None = None
    units: Units | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSeats(PricedEdit):
    """Have this many seats of a product; `release` names members who give theirs up."""

    seats: Seats
    release: Release = ()
    expected: ExpectedState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTemporarySeats(DatedEdit):
    """Have so many seats of a product more on some days within a term, beside those that stay."""

    product: Text
    seats: Seats
    span: Days


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUnits(PricedEdit):
    """Have this many units of a product."""

    units: Units
    expected: ExpectedState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan(PricedEdit):
    """Move a product to another of its plans.

    `seats` or `units` are given where the new plan is sold by another measure than the one in force, and by that one.
    `release` names members who give their seats up, where more use the product than there are to be.
    """

    plan: Text
    seats: Seats | None = None
    units: Units | None = None
    release: Release = ()
    expected: ExpectedState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProduct(Edit):
    """Have a product no longer."""

    product: Text
    expected: ExpectedState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCycle(Edit):
    """Be billed in another cycle."""

    cycle: Text
    expected: ExpectedState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Edit):
    """End the whole subscription."""

    reason: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTrial(DatedEdit):
    """Try a product without paying, up to and including a last day; the vendor's to give."""

    product: Text
    plan: Text
    until: LastDay
    seats: Seats | None = None
    units: Units | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Edit):
    """Close the account for everything but looking and paying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Edit):
    """Open a suspended account again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Edit):
    """Take a scheduled change back."""

    change: ChangeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep(Edit):
    """Say that a scheduled change stands beside the new edit on the same thing."""

    change: ChangeId


KINDS: Final[Mapping[str, type[Edit]]] = MappingProxyType(
    {
        "add_product": AddProduct,
        "set_seats": SetSeats,
        "add_temporary_seats": AddTemporarySeats,
        "set_units": SetUnits,
        "change_plan": ChangePlan,
        "remove_product": RemoveProduct,
        "change_cycle": ChangeCycle,
        "cancel": Cancel,
        "start_trial": StartTrial,
        "suspend": Suspend,
        "resume": Resume,
        "undo": Undo,
        "keep": Keep,
    }
)
NAMES: Final[Mapping[type[Edit], str]] = MappingProxyType({kind: name for name, kind in KINDS.items()})
MEASURED: Final = (AddProduct, ChangePlan, StartTrial)
"""Edits that name a plan, with seats or units where the plan has them."""

EXPECTING: Final = (SetSeats, SetUnits, ChangePlan, RemoveProduct, ChangeCycle)
"""Edits of existing items, in which the caller may state the values that it expects to be in force."""


def without_expected(edit: Edit) -> Edit:
    """Return the edit without the values that its author expects to be in force."""
    return replace(edit, expected=None) if isinstance(edit, EXPECTING) else edit


def without_reason(edit: Edit) -> Edit:
    """Return the edit without the free text that a person wrote."""
    return replace(edit, reason="") if isinstance(edit, Cancel) else edit


def read_edits(document: object, at: str = "edits") -> tuple[Edit, ...]:
    """Return the edits of a JSON list, in its order.

    Errors: BadEdit, UnknownEdit, UnknownField, each naming the place in the list.
    """
    if not isinstance(document, list) or not 1 <= len(document) <= MOST_EDITS:
        expected = phrase("a list of 1 to {most} edits", most=MOST_EDITS)
        raise BadEdit(at=at, expected=expected, found=excerpt(document))
    return tuple(read_edit(entry, f"{at}[{number}]") for number, entry in enumerate(document))


def read_edit(document: object, at: str) -> Edit:
    """Return the edit in a JSON object; null is the same as leaving a field out.

    Errors: BadEdit, UnknownEdit, UnknownField, BadRate.
    """
    if not isinstance(document, Mapping):
        raise BadEdit(at=at, expected=phrase("an object with an edit"), found=excerpt(document))
    name = document.get("edit")
    if not isinstance(name, str) or name not in KINDS:
        raise UnknownEdit(at=at, edit=excerpt(name), known=", ".join(KINDS))
    known = fields_of(name)
    given = {key: value for key, value in document.items() if value is not None or key not in known}
    del given["edit"]
    try:
        return _adapter(name).validate_python(given)
    except ValidationError as error:
        raise _problem(first_fault(error), name, at) from None


def write_edit(edit: Edit) -> dict[str, Any]:
    """Return an edit as a JSON object, from which `read_edit` makes the same edit."""
    name = NAMES[type(edit)]
    return {"edit": name, **_adapter(name).dump_python(edit, mode="json", exclude_defaults=True)}


@cache
def fields_of(name: str) -> tuple[str, ...]:
    """Return the fields that an edit of a name has in a document."""
    return tuple(entry.name for entry in fields(KINDS[name]) if entry.init)


@cache
def _adapter(name: str) -> TypeAdapter[Edit]:
    # Built when it is first needed: all of them take a tenth of a second, which every command would wait for.
    return TypeAdapter(KINDS[name])


def _problem(fault: ErrorDetails, name: str, at: str) -> Problem:
    if is_unknown(fault):
        return UnknownField(at=at, edit=name, field=excerpt(fault["loc"][0]), known=", ".join(fields_of(name)))
    nothing = BadEdit(at=place(at, fault["loc"]), expected=phrase("a value"), found=phrase("nothing"))
    return problem_of(fault, at, excerpt) or nothing
