"""What somebody may ask to have different about a subscription: every kind of edit, read from its document."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from bursar.core.field import FIELDS, BadEdit, Expected, shown
from bursar.core.period import Span
from bursar.core.problem import Invalid, phrase

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
    """One thing to be different. `on` and `price` are the vendor's to give.

    `on` is "now", "renewal" or a date; without it the policy's timing decides.
    `price` is the agreed rate for one seat, unit or account and whole billing period.
    """

    on: date | str | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddProduct(Edit):
    """Take a product in a plan; seats or units as the plan is priced."""

    product: str
    plan: str
    seats: int | None = None
    units: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSeats(Edit):
    """Have this many seats of a product; `release` names members who give theirs up."""

    product: str
    seats: int
    release: tuple[UUID, ...] = ()
    expected: Expected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTemporarySeats(Edit):
    """Have so many seats of a product more on some days within a term, beside those that stay."""

    product: str
    seats: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUnits(Edit):
    """Have this many units of a product."""

    product: str
    units: int
    expected: Expected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan(Edit):
    """Move a product to another of its plans.

    `seats` or `units` are given where the new plan is sold by another measure than the one in force, and by that one.
    `release` names members who give their seats up, where more use the product than there are to be.
    """

    product: str
    plan: str
    seats: int | None = None
    units: int | None = None
    release: tuple[UUID, ...] = ()
    expected: Expected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProduct(Edit):
    """Have a product no longer."""

    product: str
    expected: Expected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCycle(Edit):
    """Be billed in another cycle."""

    cycle: str
    expected: Expected | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Edit):
    """End the whole subscription."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTrial(Edit):
    """Try a product without paying, up to and including a last day; the vendor's to give."""

    product: str
    plan: str
    until: date
    seats: int | None = None
    units: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Edit):
    """Close the account for everything but looking and paying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Edit):
    """Open a suspended account again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Edit):
    """Take a scheduled change back."""

    change: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep(Edit):
    """Say that a scheduled change stands beside the new edit on the same thing."""

    change: UUID


OPTIONAL: Final = frozenset({"on", "price", "reason", "release", "expected"})
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
PRICED: Final = (AddProduct, SetSeats, SetUnits, ChangePlan)
MEASURED: Final = (AddProduct, ChangePlan, StartTrial)
"""Edits that name a plan, and say how many where it counts something."""

DATED: Final = (AddTemporarySeats, StartTrial)
"""Edits that say themselves on which days they count."""

EXPECTING: Final = (SetSeats, SetUnits, ChangePlan, RemoveProduct, ChangeCycle)
"""Edits of what is there, whose author may say what they believe is in force."""


def without_expected(edit: Edit) -> Edit:
    """Return the edit alone, without what its author believes to be in force."""
    return replace(edit, expected=None) if isinstance(edit, EXPECTING) else edit


def without_words(edit: Edit) -> Edit:
    """Return the edit without the free text that a person wrote."""
    return replace(edit, reason="") if isinstance(edit, Cancel) else edit


def fields_of(kind: type[Edit]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The fields of a kind of edit, and which of them may be left out."""
    left_out = (set() if kind in PRICED else {"price"}) | ({"on"} if kind in DATED else set())
    fields = tuple(field for field in kind.__dataclass_fields__ if field not in left_out)
    return fields, OPTIONAL | ({"seats", "units"} if kind in MEASURED else set())


def read_edits(document: object, at: str = "edits") -> tuple[Edit, ...]:
    """The edits of a JSON list, in its order.

    Errors: BadEdit, UnknownEdit, UnknownField, each naming the place in the list.
    """
    if not isinstance(document, list) or not 1 <= len(document) <= MOST_EDITS:
        expected = phrase("a list of 1 to {most} edits", most=MOST_EDITS)
        raise BadEdit(at=at, expected=expected, found=shown(document))
    return tuple(read_edit(one, f"{at}[{number}]") for number, one in enumerate(document))


def read_edit(document: object, at: str) -> Edit:
    """The edit that one JSON object states."""
    if not isinstance(document, Mapping):
        raise BadEdit(at=at, expected=phrase("an object with an edit"), found=shown(document))
    name = document.get("edit")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise UnknownEdit(at=at, edit=shown(name), known=", ".join(KINDS))
    known, optional = fields_of(kind)
    for field in document:
        if field != "edit" and field not in known:
            raise UnknownField(at=at, edit=name, field=shown(field), known=", ".join(known))
    values: dict[str, Any] = {}
    for field in known:
        if document.get(field) is not None:
            values[field] = FIELDS[field](document[field], f"{at}.{field}")
        elif field not in optional:
            raise BadEdit(at=f"{at}.{field}", expected=phrase("a value"), found=phrase("nothing"))
    return kind(**values)


def write_edit(edit: Edit) -> dict[str, Any]:
    """The JSON object that states an edit; `read_edit` gives the same edit back."""
    document: dict[str, Any] = {"edit": NAMES[type(edit)]}
    for field in edit.__dataclass_fields__:
        value = getattr(edit, field)
        if value is None or value in ((), ""):
            continue
        match value:
            case tuple():
                document[field] = [str(one) for one in value]
            case date():
                document[field] = value.isoformat()
            case Span(start, end):
                document[field] = {"start": start.isoformat(), "end": end.isoformat()}
            case Expected():
                document[field] = {name: known for name, known in asdict(value).items() if known is not None}
            case UUID() | Decimal():
                document[field] = str(value)
            case _:
                document[field] = value
    return document
