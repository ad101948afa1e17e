"""An event: one fact of an account's history as a value, and how it is written down as JSON and read back.

The fields of a class are the keys of the JSON that is stored. Events hold ids, codes, days and amounts, never names or
free text, so that a person can be forgotten while the record stands.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from types import UnionType
from typing import Annotated, Any, ClassVar, Final, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from bursar.core.messages.problem import Phrase
from bursar.core.subscription.edit import Edit, read_edit, write_edit

VERSION: Final = 2
"""The version of the JSON that is written now. Version 1 has none of the fields that were `added_in` a later one."""

Group = Literal["subscription", "requests", "payment", "people", "account", "refused"]
"""The subject of a kind of event, by which a history can be filtered."""

OptionalEmail = Literal["changes", "renewals", "payments", "reminders"]
"""Emails that a person may do without, by what they are about."""


class Names(StrEnum):
    """The kind of thing that an id or a code of an event names; people read its name."""

    MEMBER = "member"
    PRODUCT = "product"
    ROLE = "role"
    ACCOUNT_TYPE = "account_type"


MemberId = Annotated[UUID, Names.MEMBER]
ProductCode = Annotated[str, Names.PRODUCT]
RoleCode = Annotated[str, Names.ROLE]
AccountTypeCode = Annotated[str, Names.ACCOUNT_TYPE]


class Audience(StrEnum):
    """The people who are told of an event by email."""

    NOBODY = "nobody"
    REVIEWERS = "whoever may review requests, but not who did it"
    REQUESTER = "whoever made the request"
    REQUESTER_OR_REVIEWERS = "whoever made the request; if they may ask no longer, whoever may review requests"
    INVOICE_VIEWERS = "who sees invoices; without an invoice, not who did it"
    INVOICE_VIEWERS_IF_INVOICED = "who sees invoices, if it is about one"
    INVOICE_VIEWERS_UNLESS_COLLECTED = "who sees invoices, unless a payment tells of the invoice"
    INVOICE_VIEWERS_AND_ACTOR = "who sees invoices, and who did it"
    OWNERS = "the owners before and after, and the billing admins"
    INVITED = "whom it is about, while the invitation waits"
    MEMBER = "whom it is about"
    MEMBER_IN_NEW_ROLE = "whom it is about, if the role is another one"


_hints: Final[Callable[[Any], dict[str, Any]]] = cache(partial(get_type_hints, include_extras=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact of an account's history. Each kind names its subject and the people who are told of it by email.

    `sentence` says on the History page and in emails what happened; its places are fields or properties of the class. A
    kind that takes more than that to be told has none, and a function of its own in `i18n/history.py`.
    """

    kind: ClassVar[str]
    group: ClassVar[Group]
    told_to: ClassVar[Audience]
    optional: ClassVar[OptionalEmail | None] = None
    sentence: ClassVar[Phrase | None] = None


def names(kind: type[Event], place: str) -> Names | None:
    """Return what the field of an event names, if it holds an id or a code; None for everything else."""
    found: Any = _hints(kind).get(place)
    return found.__metadata__[0] if get_origin(found) is Annotated else None


def added_in(version: int) -> dict[str, int]:
    """Return the metadata of a field that entries of earlier versions may lack; it is then read as None."""
    return {"added_in": version}


def written_as(key: str) -> dict[str, str]:
    """Return the metadata of a field whose key in the stored JSON is a reserved word in Python."""
    return {"key": key}


def write_event(event: Event) -> dict[str, Any]:
    """Return the JSON object that states an event; a field that may be left out is left out where it is None."""
    return _document(event)


def read_fields(kind: type[Event], document: Mapping[str, Any], version: int) -> Event:
    """Return the event of a class that stored JSON of a version states. Errors: KeyError for a field that is missing."""
    event: Event = _read(kind, document, version)
    return event


def _document(part: Any) -> dict[str, Any]:
    document = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if value is not None or field.default is MISSING:
            document[_key(field)] = _written(value)
    return document


def _written(value: Any) -> Any:
    match value:
        case Edit():
            return write_edit(value)
        case UUID() | Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_written(item) for item in value]
    return _document(value) if is_dataclass(value) else value


def _key(one: "Field[Any]") -> str:
    key: str = one.metadata.get("key", one.name)
    return key


def _read(kind: Any, document: Mapping[str, Any], version: int) -> Any:
    values = {}
    for field in fields(kind):
        key = _key(field)
        if key in document:
            values[field.name] = _reader(_hints(kind)[field.name], version)(document[key])
        elif version < field.metadata.get("added_in", 1):
            values[field.name] = None
        elif field.default is MISSING:
            raise KeyError(key)
    return kind(**values)


@cache
def _reader(hint: Any, version: int) -> Callable[[Any], Any]:
    """Return what makes a field's value of the JSON that stands for it."""
    if get_origin(hint) is Annotated:
        return _reader(get_args(hint)[0], version)
    if get_origin(hint) in (Union, UnionType):
        [inner] = [_reader(arg, version) for arg in get_args(hint) if arg is not type(None)]
        return lambda value: None if value is None else inner(value)
    if get_origin(hint) is tuple:
        read = _reader(get_args(hint)[0], version)
        return lambda value: tuple(read(item) for item in value)
    if hint is Edit:
        return partial(read_edit, at="edit")
    if is_dataclass(hint):
        return partial(_read, hint, version=version)
    return _FROM_JSON.get(hint, lambda value: value)


_FROM_JSON: Final[Mapping[Any, Callable[[Any], Any]]] = {UUID: UUID, Decimal: Decimal, date: date.fromisoformat}
