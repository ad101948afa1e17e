"""The fields of edits: the type of each checks its value, and has the words of its refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from bursar.core.calendar.period import Span
from bursar.core.messages.problem import Invalid, Phrase, phrase
from bursar.core.messages.schema import LeftOut, Refuses, RefusesAll, refused
from bursar.core.money.money import read_rate
from bursar.core.policy.limits import MOST_SEATS

MOST_UNITS: Final = 1_000_000_000
MOST_TEXT: Final = 2_000
FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199


class BadEdit(Invalid):
    """{at}: expected {expected}, found {found}."""

    code = "bad_edit"


def excerpt(value: object) -> str:
    """Return a value shortened for a message."""
    return repr(value)[:60]


def _id(value: object) -> object:
    return UUID(value) if isinstance(value, str) else value


def _day(value: object, expected: Phrase, within: str = "") -> date:
    if isinstance(value, date):
        return value
    try:
        day = date.fromisoformat(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise refused(BadEdit, within, expected=expected, found=excerpt(value)) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        years = phrase("a day of the years {first} to {last}", first=str(FIRST_YEAR), last=str(LAST_YEAR))
        raise refused(BadEdit, within, expected=years, found=excerpt(value))
    return day


def _until(value: object, within: str = "") -> date:
    return _day(value, phrase("a day such as 2026-01-31"), within)


def _on(value: object) -> date | str:
    if isinstance(value, str) and value in ("now", "renewal"):
        return value
    return _day(value, phrase('"now", "renewal" or a day such as 2026-01-31'))


def _span(value: object) -> Span:
    if not isinstance(value, Mapping) or set(value) != {"start", "end"}:
        raise refused(BadEdit, expected=phrase('an object with "start" and "end"'))
    start, end = (_until(value[name], f".{name}") for name in ("start", "end"))
    if start >= end:
        expected = phrase("a day after the first one, {start}", start=start.isoformat())
        raise refused(BadEdit, ".end", expected=expected, found=excerpt(value["end"]))
    return Span(start, end)


def _price(value: object) -> Decimal:
    if not isinstance(value, str):
        raise refused(BadEdit, expected=phrase('a decimal in quotes such as "12.00"'))
    return read_rate(value)


def _not_empty(value: object) -> object:
    if not value:
        raise ValueError("nothing is expected")
    return value


_A_TEXT: Final = Refuses(BadEdit, expected=phrase("a text of 1 to {most} characters", most=MOST_TEXT))
Text = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=MOST_TEXT, pattern=r"\S"),
    AfterValidator(str.strip),
    _A_TEXT,
]
Reason = Annotated[
    str, StringConstraints(strict=True, max_length=MOST_TEXT, pattern=r"^$|\S"), AfterValidator(str.strip), _A_TEXT
]
Seats = Annotated[
    int,
    Field(strict=True, ge=1, le=MOST_SEATS),
    Refuses(BadEdit, expected=phrase("a whole number from {least} to {most}", least=1, most=MOST_SEATS)),
]
Units = Annotated[
    int,
    Field(strict=True, ge=1, le=MOST_UNITS),
    Refuses(BadEdit, expected=phrase("a whole number from {least} to {most}", least=1, most=MOST_UNITS)),
]
Id = Annotated[UUID, Field(strict=True), BeforeValidator(_id), Refuses(BadEdit, expected=phrase("an id"))]
ChangeId = Annotated[Id, Field(description="A scheduled change.")]
Release = Annotated[
    tuple[Id, ...],
    RefusesAll(BadEdit, expected=phrase("a list of ids")),
    Field(description="Members who give their seats up."),
]
LastDay = Annotated[date, BeforeValidator(_until), Field(description="The last day.")]
Days = Annotated[Span, BeforeValidator(_span)]
When = Annotated[
    date | str,
    BeforeValidator(_on),
    WithJsonSchema({"anyOf": [{"enum": ["now", "renewal"]}, {"type": "string", "format": "date"}]}),
    Field(description="The vendor's to give; without it the policy's timing decides."),
]
Price = Annotated[
    Decimal,
    BeforeValidator(_price),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,9}(\.[0-9]{1,12})?$", "examples": ["12.00"]}),
    Field(description="The vendor's to give: the rate for one seat, unit or account and a whole billing period."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The values that the caller expects to be in force before the edit; if others are, nothing is done (409, stale)."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", regex_engine="python-re", json_schema_extra={"minProperties": 1}
    )

    seats: Annotated[Seats | None, LeftOut()] = None
    units: Annotated[Units | None, LeftOut()] = None
    plan: Annotated[Text | None, LeftOut()] = None
    cycle: Annotated[Text | None, LeftOut()] = None


ExpectedState = Annotated[
    Expected,
    BeforeValidator(_not_empty),
    RefusesAll(
        BadEdit,
        expected=phrase("an object with any of {names}", names=", ".join(entry.name for entry in fields(Expected))),
    ),
]
