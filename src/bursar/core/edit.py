"""What somebody may ask to have different about a subscription: every kind of edit, read from its document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, cast
from uuid import UUID

from bursar.core.money import read_rate
from bursar.core.problem import Invalid, phrase

MOST_SEATS: Final = 1_000_000
MOST_UNITS: Final = 1_000_000_000
MOST_EDITS: Final = 100
MOST_TEXT: Final = 2_000
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199


class BadEdit(Invalid):
    """{at}: expected {expected}, found {found}."""

    code = "bad_edit"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUnits(Edit):
    """Have this many units of a product."""

    product: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan(Edit):
    """Move a product to another of its plans."""

    product: str
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProduct(Edit):
    """Have a product no longer."""

    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCycle(Edit):
    """Be billed in another cycle."""

    cycle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Edit):
    """End the whole subscription."""

    reason: str = ""


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


def _text(value: object, at: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MOST_TEXT:
        expected = phrase("a text of 1 to {most} characters", most=MOST_TEXT)
        raise BadEdit(at=at, expected=expected, found=_shown(value))
    return value.strip()


def _reason(value: object, at: str) -> str:
    return "" if value == "" else _text(value, at)


def _seats(value: object, at: str) -> int:
    return _whole(value, MOST_SEATS, at)


def _units(value: object, at: str) -> int:
    return _whole(value, MOST_UNITS, at)


def _whole(value: object, most: int, at: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        expected = phrase("a whole number from {least} to {most}", least=1, most=most)
        raise BadEdit(at=at, expected=expected, found=_shown(value))
    return value


def _id(value: object, at: str) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(cast(str, value))
    except (ValueError, AttributeError, TypeError):
        raise BadEdit(at=at, expected=phrase("an id"), found=_shown(value)) from None


def _ids(value: object, at: str) -> tuple[UUID, ...]:
    if not isinstance(value, list | tuple):
        raise BadEdit(at=at, expected=phrase("a list of ids"), found=_shown(value))
    return tuple(_id(one, f"{at}[{number}]") for number, one in enumerate(value))


def _on(value: object, at: str) -> date | str:
    if isinstance(value, str) and value in ("now", "renewal"):
        return value
    try:
        found = date.fromisoformat(cast(str, value))
    except (ValueError, TypeError):
        expected = phrase('"now", "renewal" or a day such as 2026-01-31')
        raise BadEdit(at=at, expected=expected, found=_shown(value)) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        expected = phrase("a day of the years {first} to {last}", first=str(FIRST_YEAR), last=str(LAST_YEAR))
        raise BadEdit(at=at, expected=expected, found=_shown(value))
    return found


def _price(value: object, at: str) -> Decimal:
    if not isinstance(value, str):
        raise BadEdit(at=at, expected=phrase('a decimal in quotes such as "12.00"'), found=_shown(value))
    return read_rate(value)


def _shown(value: object) -> str:
    return repr(value)[:60]


_FIELDS: Final[Mapping[str, Callable[[object, str], Any]]] = MappingProxyType(
    {
        "product": _text,
        "plan": _text,
        "cycle": _text,
        "reason": _reason,
        "seats": _seats,
        "units": _units,
        "release": _ids,
        "change": _id,
        "on": _on,
        "price": _price,
    }
)
OPTIONAL: Final = frozenset({"on", "price", "reason", "release"})
KINDS: Final[Mapping[str, type[Edit]]] = MappingProxyType(
    {
        "add_product": AddProduct,
        "set_seats": SetSeats,
        "set_units": SetUnits,
        "change_plan": ChangePlan,
        "remove_product": RemoveProduct,
        "change_cycle": ChangeCycle,
        "cancel": Cancel,
        "suspend": Suspend,
        "resume": Resume,
        "undo": Undo,
        "keep": Keep,
    }
)
NAMES: Final[Mapping[type[Edit], str]] = MappingProxyType({kind: name for name, kind in KINDS.items()})
PRICED: Final = (AddProduct, SetSeats, SetUnits, ChangePlan)


def read_edits(document: object, at: str = "edits") -> tuple[Edit, ...]:
    """The edits of a JSON list, in its order.

    Errors: BadEdit, UnknownEdit, UnknownField, each naming the place in the list.
    """
    if not isinstance(document, list) or not 1 <= len(document) <= MOST_EDITS:
        expected = phrase("a list of 1 to {most} edits", most=MOST_EDITS)
        raise BadEdit(at=at, expected=expected, found=_shown(document))
    return tuple(read_edit(one, f"{at}[{number}]") for number, one in enumerate(document))


def read_edit(document: object, at: str) -> Edit:
    """The edit that one JSON object states."""
    if not isinstance(document, Mapping):
        raise BadEdit(at=at, expected=phrase("an object with an edit"), found=_shown(document))
    name = document.get("edit")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise UnknownEdit(at=at, edit=_shown(name), known=", ".join(KINDS))
    known = [field for field in kind.__dataclass_fields__ if field != "price" or kind in PRICED]
    for field in document:
        if field != "edit" and field not in known:
            raise UnknownField(at=at, edit=name, field=_shown(field), known=", ".join(known))
    optional = OPTIONAL | ({"seats", "units"} if kind is AddProduct else set())
    values: dict[str, Any] = {}
    for field in known:
        if document.get(field) is not None:
            values[field] = _FIELDS[field](document[field], f"{at}.{field}")
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
            case UUID() | Decimal():
                document[field] = str(value)
            case _:
                document[field] = value
    return document
