"""The fields of an edit, each read from its JSON value with what was expected where it is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, cast
from uuid import UUID

from bursar.core.money import read_rate
from bursar.core.period import Span
from bursar.core.problem import Invalid, Phrase, phrase

MOST_SEATS: Final = 1_000_000
MOST_UNITS: Final = 1_000_000_000
MOST_TEXT: Final = 2_000
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199


class BadEdit(Invalid):
    """{at}: expected {expected}, found {found}."""

    code = "bad_edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the author of an edit believes to be in force, of what it changes; None where they do not say."""

    seats: int | None = None
    units: int | None = None
    plan: str | None = None
    cycle: str | None = None


def shown(value: object) -> str:
    """A value that was found, short enough for a message."""
    return repr(value)[:60]


def _text(value: object, at: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MOST_TEXT:
        expected = phrase("a text of 1 to {most} characters", most=MOST_TEXT)
        raise BadEdit(at=at, expected=expected, found=shown(value))
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
        raise BadEdit(at=at, expected=expected, found=shown(value))
    return value


def _id(value: object, at: str) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(cast(str, value))
    except (ValueError, AttributeError, TypeError):
        raise BadEdit(at=at, expected=phrase("an id"), found=shown(value)) from None


def _ids(value: object, at: str) -> tuple[UUID, ...]:
    if not isinstance(value, list | tuple):
        raise BadEdit(at=at, expected=phrase("a list of ids"), found=shown(value))
    return tuple(_id(one, f"{at}[{number}]") for number, one in enumerate(value))


def _on(value: object, at: str) -> date | str:
    if isinstance(value, str) and value in ("now", "renewal"):
        return value
    return _day(value, at, phrase('"now", "renewal" or a day such as 2026-01-31'))


def _until(value: object, at: str) -> date:
    return _day(value, at, phrase("a day such as 2026-01-31"))


def _day(value: object, at: str, expected: Phrase) -> date:
    if isinstance(value, date):
        return value
    try:
        found = date.fromisoformat(cast(str, value))
    except (ValueError, TypeError):
        raise BadEdit(at=at, expected=expected, found=shown(value)) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        expected = phrase("a day of the years {first} to {last}", first=str(FIRST_YEAR), last=str(LAST_YEAR))
        raise BadEdit(at=at, expected=expected, found=shown(value))
    return found


def _span(value: object, at: str) -> Span:
    if not isinstance(value, Mapping) or set(value) != {"start", "end"}:
        raise BadEdit(at=at, expected=phrase('an object with "start" and "end"'), found=shown(value))
    start, end = (_until(value[name], f"{at}.{name}") for name in ("start", "end"))
    if start >= end:
        raise BadEdit(
            at=f"{at}.end",
            expected=phrase("a day after the first one, {start}", start=start.isoformat()),
            found=shown(value["end"]),
        )
    return Span(start, end)


def _expected(value: object, at: str) -> Expected:
    names = tuple(Expected.__dataclass_fields__)
    if not isinstance(value, Mapping) or not value or not set(value) <= set(names):
        raise BadEdit(
            at=at, expected=phrase("an object with any of {names}", names=", ".join(names)), found=shown(value)
        )
    return Expected(**{name: FIELDS[name](value[name], f"{at}.{name}") for name in value})


def _price(value: object, at: str) -> Decimal:
    if not isinstance(value, str):
        raise BadEdit(at=at, expected=phrase('a decimal in quotes such as "12.00"'), found=shown(value))
    return read_rate(value)


FIELDS: Final[Mapping[str, Callable[[object, str], Any]]] = MappingProxyType(
    {
        "product": _text,
        "plan": _text,
        "cycle": _text,
        "reason": _reason,
        "seats": _seats,
        "units": _units,
        "span": _span,
        "until": _until,
        "release": _ids,
        "expected": _expected,
        "change": _id,
        "on": _on,
        "price": _price,
    }
)
"""How each field is read, by its name and where it stands in the document."""
