"""The policy as a document, in TOML or JSON, and as the value that decides."""

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from bursar.core.messages.document import (
    MOST_TEXT,
    BadDocument,
    NotTable,
    check_code,
    check_word,
    excerpt,
    parse_toml,
)
from bursar.core.messages.entry import read_table
from bursar.core.messages.text import Text
from bursar.core.policy.capability import CAPABILITIES, DESK, MONEY, STAFF_ROLES
from bursar.core.policy.policy import Policy, State
from bursar.core.policy.role import AccountType, Role
from bursar.policy.description import NewPolicy, PolicyDocument

_VIEWS: Final = ("view_subscription", "view_invoices")
_DEFAULT_STAFF: Final[Mapping[str, Role]] = {
    code: Role(code, Text(code.title()), frozenset((*CAPABILITIES, *DESK) if code == "admin" else _VIEWS))
    for code in STAFF_ROLES
}
"""The rights of staff under documents older than staff: admins may do everything, the others only look."""
_DEFAULT_MONEY_ROLES: Final = ("finance", "admin")
"""The staff who book and refund payments under documents that give no role either right, such as older ones."""


class NotReplaced(BadDocument):
    """{at}: {found} is an account type of this document, so nothing replaces it; take out the one or the other."""


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
