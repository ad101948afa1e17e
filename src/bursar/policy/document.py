"""The policy as a document, in TOML or JSON, and as the value that decides."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast, get_args

from bursar.core.capability import CAPABILITIES, CHANGING, DESK, MONEY, ROLES, STAFF_ROLES
from bursar.core.document import (
    MOST_TEXT,
    BadDocument,
    MissingEntry,
    NotTable,
    Repeated,
    code,
    entries,
    one_of,
    shown,
    some_of,
    table,
    text,
    toml,
    true_or_false,
    whole,
)
from bursar.core.matrix import AccountType, Role
from bursar.core.period import Proration
from bursar.core.policy import Policy, State
from bursar.core.text import Text
from bursar.core.timing import Effect, Timing
from bursar.policy import bounds

TIMED: Final = tuple(one for one in CHANGING if one != "add_temporary_seats")
"""What takes effect when the policy says so; temporary seats are for days of their own."""
_CLOSING: Final = (State.SUSPENDED, State.CANCELLED)
_NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "quote_hours": (1, 24 * 366),
    "attempt_minutes": (1, 60 * 24 * 7),
    "invoice_due_days": (0, 366),
    "request_days": (1, 366),
    "reminder_days": (0, 366),
    "renewal_notice_days": (0, 366),
    "trial_notice_days": (0, 366),
}
_LATER: Final[Mapping[str, int]] = {
    "request_days": 30,
    "reminder_days": 7,
    "renewal_notice_days": 14,
    "trial_notice_days": 3,
}
"""Numbers that documents of before do not say, and what they mean then."""
_SEES: Final = ("view_subscription", "view_invoices")
_STAFF_LATER: Final = [
    {"code": one, "name": {"en": one.title()}, "allowed": [*CAPABILITIES, *DESK] if one == "admin" else _SEES}
    for one in STAFF_ROLES
]
"""The vendor's staff of documents that do not say what it may do: its admins everything, the others only look."""
_MONEY_LATER: Final = ("finance", "admin")
"""Who of the vendor's staff books and refunds payments by documents that name neither: those of before do not."""
_OPTIONAL: Final = ("same_day_undo", "cut_periods", *bounds.ENTRIES, "staff", "replaces")
_ENTRIES: Final = (
    "account_types",
    "roles",
    "states",
    "timing",
    "proration",
    *(one for one in _NUMBERS if one not in _LATER),
)


class BothWays(BadDocument):
    """{at}: {capability} is both allowed and by request; leave one of them out."""


class NotReplaced(BadDocument):
    """{at}: {found} is an account type of this document, so nothing replaces it; take out the one or the other."""


class NoAccountType(BadDocument):
    """{at}: expected at least one account type, found none."""


def read(document: object, version: int, at: str = "") -> Policy:
    """The policy that a document says; `at` goes before the place in every message. Errors: BadDocument, its kinds."""
    found = {**_LATER, **table(document, at, _ENTRIES, (*_LATER, *_OPTIONAL))}
    prefix = f"{at}: " if at else ""
    account_types = _account_types(found["account_types"], f"{prefix}account_types")
    _replaces(found.get("replaces", {}), f"{prefix}replaces", account_types)
    return Policy(
        version=version,
        account_types=account_types,
        roles=_roles(found["roles"], f"{prefix}roles", ROLES, CAPABILITIES),
        states=_states(found["states"], f"{prefix}states"),
        timing=_timing(found["timing"], f"{prefix}timing"),
        proration=Proration(one_of(found["proration"], f"{prefix}proration", Proration)),
        same_day_undo=true_or_false(found.get("same_day_undo", False), f"{prefix}same_day_undo"),
        cuts_periods=one_of(found.get("cut_periods", "days"), f"{prefix}cut_periods", ("days", "whole")) == "days",
        limits=bounds.read_limits(found.get("limits", {}), f"{prefix}limits"),
        credit=bounds.read_credit(found.get("credit", {}), f"{prefix}credit", tuple(account_types)),
        ceilings=bounds.read_ceilings(found.get("ceilings", {}), f"{prefix}ceilings"),
        staff=_staff(found.get("staff", _STAFF_LATER), f"{prefix}staff"),
        former={},
        **{name: whole(found[name], f"{prefix}{name}", *ends) for name, ends in _NUMBERS.items()},
    )


def replacements(document: object) -> Mapping[str, str]:
    """By what each account type of before is replaced. Shape: of a document that `read` has read.

    It says what is done when the document is published, and is no part of the policy.
    """
    found: Mapping[str, str] = document.get("replaces", {}) if isinstance(document, Mapping) else {}
    return found


def read_toml(text: str, file: str, version: int) -> Policy:
    """The policy that a TOML file says. Errors: BadDocument, its kinds, naming the file."""
    return read(toml(text, file), version, at=file)


def write(policy: Policy) -> dict[str, Any]:
    """The document that reads as this policy."""
    return {
        "proration": policy.proration.value,
        "same_day_undo": policy.same_day_undo,
        "cut_periods": "days" if policy.cuts_periods else "whole",
        **{name: getattr(policy, name) for name in _NUMBERS},
        "account_types": [
            {
                "code": one.code,
                "name": _name(one.name),
                "shows_costs": one.shows_costs,
                "capabilities": _listed(one.capabilities),
            }
            for one in policy.account_types.values()
        ],
        "roles": [
            {
                "code": one.code,
                "name": _name(one.name),
                "allowed": _listed(one.allowed),
                "by_request": _listed(one.by_request),
            }
            for one in policy.roles.values()
        ],
        "states": {state.value: _listed(policy.states[state]) for state in _CLOSING},
        "timing": {
            capability: {"effect": one.effect, "credit": one.credit} for capability, one in policy.timing.items()
        },
        **bounds.write(policy),
        "staff": [
            {"code": one.code, "name": _name(one.name), "allowed": _listed(one.allowed)}
            for one in policy.staff.values()
        ],
    }


def _replaces(value: object, at: str, account_types: Mapping[str, AccountType]) -> None:
    """Check what replaces account types. Errors: NotTable, NotCode, NotReplaced, NotKnown."""
    if not isinstance(value, Mapping):
        raise NotTable(at=at, found=shown(value))
    for before, after in value.items():
        if code(before, f"{at}.{str(before)[:MOST_TEXT]}") in account_types:
            raise NotReplaced(at=f"{at}.{before}", found=before)
        one_of(after, f"{at}.{before}", account_types)


def _account_types(value: object, at: str) -> Mapping[str, AccountType]:
    read: dict[str, AccountType] = {}
    for one, place in entries(value, at):
        found = table(one, place, ("code", "name", "capabilities", "shows_costs"))
        account_type = AccountType(
            code(found["code"], f"{place}.code"),
            said(found["name"], f"{place}.name"),
            some_of(found["capabilities"], f"{place}.capabilities", CAPABILITIES),
            true_or_false(found["shows_costs"], f"{place}.shows_costs"),
        )
        if account_type.code in read:
            raise Repeated(at=f"{place}.code", found=account_type.code)
        read[account_type.code] = account_type
    if not read:
        raise NoAccountType(at=at)
    return read


def _roles(value: object, at: str, codes: tuple[str, ...], capabilities: tuple[str, ...]) -> Mapping[str, Role]:
    """What each role may do; of the vendor's staff nothing is by request."""
    read: dict[str, Role] = {}
    for one, place in entries(value, at):
        role = _role(one, place, codes, capabilities)
        if role.code in read:
            raise Repeated(at=f"{place}.code", found=role.code)
        read[role.code] = role
    for wanted in codes:
        if wanted not in read:
            raise MissingEntry(at=at, entry=wanted)
    return read


def _staff(value: object, at: str) -> Mapping[str, Role]:
    """Return what each role of the vendor's staff may do."""
    staff = _roles(value, at, STAFF_ROLES, (*CAPABILITIES, *DESK))
    if any(role.allowed & {*MONEY} for role in staff.values()):
        return staff
    later = {code: replace(staff[code], allowed=staff[code].allowed | {*MONEY}) for code in _MONEY_LATER}
    return {**staff, **later}


def _role(value: object, at: str, codes: tuple[str, ...], capabilities: tuple[str, ...]) -> Role:
    found = table(value, at, ("code", "name", "allowed"), ("by_request",) if codes == ROLES else ())
    role = Role(
        one_of(found["code"], f"{at}.code", codes),
        said(found["name"], f"{at}.name"),
        some_of(found["allowed"], f"{at}.allowed", capabilities),
        some_of(found.get("by_request", ()), f"{at}.by_request", CHANGING),
    )
    for capability in _listed(role.allowed & role.by_request):
        raise BothWays(at=f"{at}.by_request", capability=capability)
    return role


def _states(value: object, at: str) -> Mapping[State, frozenset[str]]:
    found = table(value, at, _CLOSING)
    closing = {state: some_of(found[state], f"{at}.{state}", CAPABILITIES) for state in _CLOSING}
    return {State.ACTIVE: frozenset(CAPABILITIES), **closing}


def _timing(value: object, at: str) -> Mapping[str, Timing]:
    found = table(value, at, TIMED)
    return {capability: _when(found[capability], f"{at}.{capability}") for capability in TIMED}


def _when(value: object, at: str) -> Timing:
    found = table(value, at, ("effect", "credit"))
    effect = one_of(found["effect"], f"{at}.effect", get_args(Effect))
    return Timing(cast(Effect, effect), true_or_false(found["credit"], f"{at}.credit"))


def said(value: object, at: str) -> Text:
    """A text in English and, if given, in French. Errors: NotTable, NotText and those of `table`."""
    found = table(value, at, ("en",), ("fr",))
    return Text(text(found["en"], f"{at}.en"), text(found["fr"], f"{at}.fr") if "fr" in found else "")


def _name(name: Text) -> dict[str, str]:
    return {"en": name.en, "fr": name.fr} if name.fr else {"en": name.en}


def _listed(capabilities: frozenset[str]) -> list[str]:
    return [one for one in (*CAPABILITIES, *DESK) if one in capabilities]
