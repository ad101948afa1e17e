"""An event: one fact of an account's history as a value, and how it is written down as JSON and read back.

The fields of a class are the keys of the JSON that is stored. Events hold ids, codes, days and amounts, never names or
free text, so that a person can be forgotten while the record stands.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache, partial
from typing import Annotated, Any, ClassVar, Final, Literal, get_type_hints
from uuid import UUID

from pydantic import GetCoreSchemaHandler, PlainSerializer, PlainValidator, TypeAdapter, ValidationInfo
from pydantic_core import CoreSchema, core_schema

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
StoredEdit = Annotated[Edit, PlainValidator(partial(read_edit, at="edit")), PlainSerializer(write_edit)]


class Audience(StrEnum):
    """The people who are told of an event by email."""

    NOBODY = "nobody"
    REVIEWERS = "the reviewers of requests, except the actor"
    REQUESTER = "the requester"
    REQUESTER_OR_REVIEWERS = "the requester; if they may no longer ask, the reviewers of requests"
    INVOICE_VIEWERS = "those who see invoices; without an invoice, all of them but the actor"
    INVOICE_VIEWERS_IF_INVOICED = "those who see invoices, if it is about an invoice"
    INVOICE_VIEWERS_UNLESS_COLLECTED = "those who see invoices, unless a payment tells of the invoice"
    INVOICE_VIEWERS_AND_ACTOR = "those who see invoices, and the actor"
    OWNERS = "the owners before and after, and the billing admins"
    INVITED = "the member whom it is about, while the invitation waits"
    MEMBER = "the member whom it is about"
    MEMBER_IN_NEW_ROLE = "the member whom it is about, if the role is another one"


# Kept, since resolving the annotations of a class takes longer than reading an entry.
_hints: Final[Callable[[Any], dict[str, Any]]] = cache(partial(get_type_hints, include_extras=True))


class Part:
    """An event or a part of one, as pydantic reads it: entries of earlier versions lack the fields that came later."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        later = [(part.name, part.metadata["added_in"]) for part in fields(source) if "added_in" in part.metadata]

        # Only missing fields are None: an entry of today without a field is refused by its class, as it should be.
        def with_missing(document: dict[str, Any], info: ValidationInfo[int]) -> dict[str, Any]:
            missing: list[str] = [
                name for name, version in later if info.context is not None and info.context < version
            ]
            return {**dict.fromkeys(missing), **document}

        return core_schema.with_info_before_validator_function(with_missing, schema) if later else schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Part):
    """A fact of an account's history. Each kind names its subject and the people who are told of it by email.

    `sentence` says on the History page and in emails what happened; its places are fields or properties of the class. A
    kind that takes more than that to be told has none, and a function of its own in `i18n/history.py`.
    """

    kind: ClassVar[str]
    group: ClassVar[Group]
    told_to: ClassVar[Audience]
    optional: ClassVar[OptionalEmail | None] = None
    sentence: ClassVar[Phrase | None] = None


def name_kind(kind: type[Event], place: str) -> Names | None:
    """Return what the field of an event names, if it holds an id or a code; None for everything else."""
    annotation: Any = _hints(kind).get(place)
    return next((name for name in getattr(annotation, "__metadata__", ()) if isinstance(name, Names)), None)


def added_in(version: int) -> dict[str, int]:
    """Return the metadata of a field that entries of earlier versions may lack; it is then read as None."""
    return {"added_in": version}


def write_event(event: Event) -> dict[str, Any]:
    """Return the JSON object that states an event; a field that may be left out is left out where it is None."""
    document: dict[str, Any] = _adapter(type(event)).dump_python(
        event, mode="json", by_alias=True, exclude_defaults=True
    )
    return document


def read_fields(kind: type[Event], document: Mapping[str, Any], version: int) -> Event:
    """Return the event of a class that stored JSON of a version states. Errors: ValidationError for a missing field."""
    event: Event = _adapter(kind).validate_python(document, context=version)
    return event


# Each is built when it is first needed: all of them take a fifth of a second, for which every command would wait.
_adapter: Final[Callable[[Any], TypeAdapter[Any]]] = cache(TypeAdapter)
