"""The description of a policy document, by which pydantic reads, checks, writes and documents it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from functools import partial
from operator import not_
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    ValidationInfo,
    WithJsonSchema,
)

from bursar.core.calendar.period import Proration
from bursar.core.calendar.timing import Timing
from bursar.core.messages.document import (
    BadDocument,
    MissingEntry,
    NotTable,
    UnknownEntry,
    excerpt,
)
from bursar.core.messages.entry import (
    CODE,
    Flag,
    Listed,
    OneOf,
    SomeOf,
    Table,
    Within,
    WrittenAs,
    by_code,
    without_default,
)
from bursar.core.messages.schema import LeftOut, refused
from bursar.core.messages.text import Name
from bursar.core.policy.capability import CAPABILITIES, DESK, ROLES, STAFF_ROLES, TIMED
from bursar.core.policy.limits import UNBOUNDED, Ceilings, Credit, Limit, check_ceilings, check_credit, check_no_owner
from bursar.core.policy.role import AccountType, Capabilities, Role
from bursar.policy.example import EXAMPLE


class BothWays(BadDocument):
    """{at}: {capability} is both allowed and by request; leave one of them out."""


class NoAccountType(BadDocument):
    """{at}: expected at least one account type, found none."""


@dataclass(frozen=True, slots=True)
class _StaffRole(Table):
    """The rights of a role of the vendor's staff at the desk."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(title="StaffRole", extra="forbid")

    code: Annotated[str, OneOf(STAFF_ROLES)]
    name: Name
    allowed: Annotated[frozenset[str], SomeOf(Annotated[str, OneOf((*CAPABILITIES, *DESK))], (*CAPABILITIES, *DESK))]


def _read_staff_role(content: _StaffRole) -> Role:
    return Role(content.code, content.name, content.allowed)


def _write_staff_role(role: Role) -> _StaffRole:
    return _StaffRole(role.code, role.name, role.allowed)


def _check_one_way(role: Role) -> Role:
    """Return the role. Errors: BothWays."""
    # In the order of the list, so that the same document is refused for the same capability each time.
    for capability in CAPABILITIES:
        if capability in role.allowed & role.by_request:
            raise refused(BothWays, ".by_request", capability=capability)
    return role


def _complete(roles: Iterable[Role], codes: tuple[str, ...]) -> dict[str, Role]:
    """Return the roles by their codes. Errors: Repeated; MissingEntry, if a code has no role."""
    roles_by_code = by_code(roles)
    for code in codes:
        if code not in roles_by_code:
            raise refused(MissingEntry, entry=code)
    return roles_by_code


def _values(entries: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if entries is None else tuple(entries.values())


def _table(name: str, about: str, entries: Iterable[str], of: Any, **default: Any) -> Any:
    """Return the class of a table that has an entry of one kind under each of several names.

    Made from the lists of the core: a new kind of change is then read, checked and documented without a line here.
    """
    entry_fields: list[Any] = [(entry, of, field(**default)) for entry in entries]
    return make_dataclass(name, entry_fields, bases=(Table,), frozen=True, namespace={"__doc__": about})


def _entries(content: Any) -> dict[str, Any]:
    entries = {entry.name: getattr(content, entry.name) for entry in fields(content)}
    return {name: value for name, value in entries.items() if value is not None}


States: Final = _table(
    "States",
    "What people may still do while an account is suspended or cancelled.",
    ("suspended", "cancelled"),
    Capabilities,
)
Timings: Final = _table("Timings", "When each kind of change takes effect.", TIMED, Timing)
Limits: Final = _table(
    "Limits", "By role; the owner has none.", ROLES[1:], Annotated[Limit | None, LeftOut()], default=None
)


def _check_account_types(value: object, info: ValidationInfo) -> object:
    """Return a table by account type. Errors: NotTable; UnknownEntry, if there is no such type."""
    if not isinstance(value, Mapping):
        raise refused(NotTable)
    # If the account types themselves are wrong, each entry would be reported as unknown as well.
    account_types = info.data.get("account_types", value)
    for entry in value:
        if entry not in account_types:
            raise refused(UnknownEntry, entry=excerpt(entry), known=", ".join(account_types))
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument(Table):
    """The policy: rights by account type and role, and the timing of changes."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        title="Policy", extra="forbid", json_schema_extra={"examples": [EXAMPLE]}
    )

    account_types: Annotated[
        Mapping[str, AccountType],
        WrittenAs(Annotated[tuple[AccountType, ...], Listed(none=NoAccountType)], by_code, _values),
    ]
    roles: Annotated[
        Mapping[str, Role],
        WrittenAs(
            Annotated[tuple[Annotated[Role, AfterValidator(_check_one_way)], ...], Listed(exactly=len(ROLES))],
            partial(_complete, codes=ROLES),
            _values,
        ),
        Field(description="Every role, once."),
    ]
    states: Annotated[Mapping[str, frozenset[str]], WrittenAs(States, _entries, lambda states: States(**states))]
    timing: Annotated[Mapping[str, Timing], WrittenAs(Timings, _entries, lambda timing: Timings(**timing))]
    proration: Annotated[Proration, OneOf(Proration)]
    quote_hours: Annotated[int, Within(1, 24 * 366)]
    attempt_minutes: Annotated[int, Within(1, 60 * 24 * 7)]
    invoice_due_days: Annotated[int, Within(0, 366)]
    # Entries from here on came later. Their defaults are what Bursar did before, so that older documents still read.
    request_days: Annotated[int, Within(1, 366)] = 30
    reminder_days: Annotated[int, Within(0, 366)] = 7
    renewal_notice_days: Annotated[int, Within(0, 366)] = 14
    trial_notice_days: Annotated[int, Within(0, 366)] = 3
    same_day_undo: Flag = False
    cut_periods: Annotated[Literal["days", "whole"], OneOf(("days", "whole"))] = "days"
    # Empty tables are left out of a written document: versions older than these entries keep their digests.
    limits: Annotated[
        Mapping[str, Limit],
        WrittenAs(Annotated[Limits, BeforeValidator(check_no_owner)], _entries, lambda limits: Limits(**limits)),
        Field(exclude_if=not_),
    ] = field(default_factory=dict)
    credit: Annotated[
        dict[str, Annotated[Credit, BeforeValidator(check_credit)]],
        BeforeValidator(_check_account_types),
        Field(description="By account type; one that is not named has no limit.", exclude_if=not_),
    ] = field(default_factory=dict)
    ceilings: Annotated[
        Ceilings, AfterValidator(check_ceilings), Field(exclude_if=UNBOUNDED.__eq__, json_schema_extra=without_default)
    ] = UNBOUNDED
    staff: Annotated[
        Mapping[str, Role] | None,
        WrittenAs(
            Annotated[
                tuple[Annotated[Role, WrittenAs(_StaffRole, _read_staff_role, _write_staff_role)], ...],
                Listed(exactly=len(STAFF_ROLES)),
            ],
            partial(_complete, codes=STAFF_ROLES),
            _values,
        ),
        Field(description="Every role of the staff, once."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicy(PolicyDocument):
    """A policy to be published, with the types that replace account types that it no longer has."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        title="NewPolicy", extra="forbid", json_schema_extra={"examples": [EXAMPLE]}
    )

    # Not checked with the rest: its refusals speak of two entries, and are raised by `_check_replacements`.
    replaces: Annotated[
        Any,
        SkipValidation,
        WithJsonSchema({"type": "object", "additionalProperties": {"type": "string", "pattern": CODE}}),
        Field(
            description="By account types that are gone: the type that their accounts have from now on.",
            examples=[{"partner": "managed"}],
        ),
    ] = field(default_factory=dict)
