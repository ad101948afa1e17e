"""The policy as a document, in TOML or JSON, and as the value that decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, make_dataclass, replace
from functools import cache, partial
from operator import not_
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
)

from bursar.core.calendar.period import Proration
from bursar.core.calendar.timing import Timing
from bursar.core.messages.document import (
    MOST_TEXT,
    BadDocument,
    MissingEntry,
    NotTable,
    UnknownEntry,
    check_code,
    check_word,
    excerpt,
    parse_toml,
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
    read_table,
    without_default,
)
from bursar.core.messages.schema import LeftOut, refused
from bursar.core.messages.text import Name, Text
from bursar.core.policy.capability import CAPABILITIES, DESK, MONEY, ROLES, STAFF_ROLES, TIMED
from bursar.core.policy.limits import UNBOUNDED, Ceilings, Credit, Limit, check_ceilings, check_credit, check_no_owner
from bursar.core.policy.policy import Policy, State
from bursar.core.policy.role import AccountType, Capabilities, Role
from bursar.policy.example import EXAMPLE

_VIEWS: Final = ("view_subscription", "view_invoices")
_DEFAULT_STAFF: Final[Mapping[str, Role]] = {
    code: Role(code, Text(code.title()), frozenset((*CAPABILITIES, *DESK) if code == "admin" else _VIEWS))
    for code in STAFF_ROLES
}
"""The rights of staff under documents older than staff: admins may do everything, the others only look."""
_DEFAULT_MONEY_ROLES: Final = ("finance", "admin")
"""The staff who book and refund payments under documents that give no role either right, such as older ones."""


class BothWays(BadDocument):
    """{at}: {capability} is both allowed and by request; leave one of them out."""


class NotReplaced(BadDocument):
    """{at}: {found} is an account type of this document, so nothing replaces it; take out the one or the other."""


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


@cache
def _adapter() -> TypeAdapter[NewPolicy]:
    return TypeAdapter(NewPolicy)


def read(document: object, version: int, at: str = "") -> Policy:
    """Read a policy from a document; `at` goes before the place in every message. Errors: BadDocument, its kinds."""
    content = read_table(_adapter(), document, at)
    prefix = f"{at}: " if at else ""
    _check_replacements(content.replaces, f"{prefix}replaces", content.account_types)
    shared = {name: getattr(content, name) for name in _SHARED}
    return Policy(
        **shared,
        version=version,
        # A document has no entry for active accounts: their state closes nothing.
        states={
            State.ACTIVE: frozenset(CAPABILITIES),
            **{State(name): content.states[name] for name in content.states},
        },
        cuts_periods=content.cut_periods == "days",
        staff=_staff(content.staff),
    )


def replacements(document: object) -> Mapping[str, str]:
    """Return the account type that replaces each former one. Shape: of a document that `read` has read.

    It is applied when the document is published, and is no part of the policy.
    """
    replaces: Mapping[str, str] = document.get("replaces", {}) if isinstance(document, Mapping) else {}
    return replaces


def read_toml(text: str, file: str, version: int) -> Policy:
    """Read a policy from a TOML file. Errors: BadDocument, its kinds, naming the file."""
    return read(parse_toml(text, file), version, at=file)


def write(policy: Policy) -> dict[str, Any]:
    """Return the document that reads as this policy."""
    content = PolicyDocument(
        **{name: getattr(policy, name) for name in _SHARED},
        states={state.value: policy.states[state] for state in (State.SUSPENDED, State.CANCELLED)},
        cut_periods="days" if policy.cuts_periods else "whole",
        staff=policy.staff,
    )
    document: dict[str, Any] = TypeAdapter(PolicyDocument).dump_python(content, mode="json", exclude_none=True)
    return document


_SHARED: Final = tuple(
    entry.name for entry in fields(PolicyDocument) if entry.name not in ("states", "cut_periods", "staff")
)
"""Entries that the policy has under the same name, as they are."""


def _staff(content: Mapping[str, Role] | None) -> Mapping[str, Role]:
    """Return the rights of each role of the vendor's staff."""
    staff = _DEFAULT_STAFF if content is None else content
    # A document that names either right for any role has been written since there are such rights: it means what it says.
    if any(role.allowed & {*MONEY} for role in staff.values()):
        return staff
    money_roles = {code: replace(staff[code], allowed=staff[code].allowed | {*MONEY}) for code in _DEFAULT_MONEY_ROLES}
    return {**staff, **money_roles}


def _check_replacements(value: object, at: str, account_types: Mapping[str, AccountType]) -> None:
    """Check the types that replace account types. Errors: NotTable, NotCode, NotReplaced, NotKnown."""
    if not isinstance(value, Mapping):
        raise NotTable(at=at, found=excerpt(value))
    for before, after in value.items():
        if check_code(before, f"{at}.{str(before)[:MOST_TEXT]}") in account_types:
            raise NotReplaced(at=f"{at}.{before}", found=before)
        check_word(after, f"{at}.{before}", account_types)
