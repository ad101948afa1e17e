"""Who may change what: the type of account, the role and the capability, with overrides, make a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import chain, repeat
from typing import Final
from uuid import UUID

from bursar.core.calendar.period import Proration
from bursar.core.calendar.timing import Timing
from bursar.core.messages.problem import Invalid
from bursar.core.messages.text import Text
from bursar.core.policy.capability import CAPABILITIES, DESK, OPEN, SHOW_COSTS, check_capability
from bursar.core.policy.limits import UNBOUNDED, Ceilings, Credit, Limit
from bursar.core.policy.role import AccountType, Role

_ALWAYS_OPEN: Final = frozenset(OPEN)
_VENDOR_ON_CANCELLED: Final = frozenset(
    {"view_subscription", "view_invoices", "pay_invoice", "manage_members", "appoint_billing_admins", *DESK}
)


class UnknownAccountType(Invalid):
    """There is no account type {account_type} in the policy. It has: {known}."""

    code = "unknown_account_type"


class UnknownRole(Invalid):
    """There is no role {role} in the policy. It has: {known}."""

    code = "unknown_role"


class Outcome(StrEnum):
    """What became of the question whether somebody may do something."""

    ALLOWED = "allowed"
    BY_REQUEST = "by_request"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why not, in the order in which it is checked."""

    ACCOUNT_STATE = "account_state"
    ACCOUNT_TYPE = "account_type"
    CATALOG = "catalog"
    ROLE = "role"
    LIMIT = "limit"
    CREDIT = "credit"


class State(StrEnum):
    """How an account stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to ask. `role` is a member's role code, `representative` or `support`."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person in an account. One who is not active may do nothing and is never named as somebody to ask."""

    id: UUID
    name: str
    email: str
    role: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Vendor:
    """The vendor's staff, its programs by the id of their key, and what runs by itself; the matrix does not bind them.

    A person of the staff, whose id it is then, has a role of the desk.
    """

    id: UUID | None = None
    system: bool = False
    role: str = ""


VENDOR: Final = Vendor()
SYSTEM: Final = Vendor(system=True)
Actor = Member | Vendor


@dataclass(frozen=True, slots=True)
class Override:
    """One capability granted to or withheld from a single account. `until` is the last day on which it holds."""

    capability: str
    grant: bool
    until: date | None = None


@dataclass(frozen=True)
class Account:
    """What a decision needs to know of an account. Of several overrides in force the last one counts.

    `gateway` is whether a payment gateway serves it, so that it can pay at once.
    """

    id: UUID
    account_type: str
    currency: str
    state: State
    members: tuple[Member, ...]
    overrides: tuple[Override, ...] = ()
    representative: Contact | None = None
    limits: Mapping[str, Limit] = field(default_factory=dict)
    gateway: bool = False
    support: Contact = field(kw_only=True)

    @cached_property
    def _contacts(self) -> Mapping[str, tuple[Contact, ...]]:
        """The active members of each role."""
        by_role: dict[str, list[Contact]] = {}
        for member in self.members:
            if member.active:
                by_role.setdefault(member.role, []).append(Contact(member.name, member.email, member.role))
        return {role: tuple(contacts) for role, contacts in by_role.items()}

    def has_active_member(self, roles: Iterable[str]) -> bool:
        """Whether an active member has one of these roles."""
        return not self._contacts.keys().isdisjoint(roles)

    def contacts(self, roles: Iterable[str]) -> tuple[Contact, ...]:
        """The active members who have one of these roles, in the order of the roles."""
        return tuple(chain.from_iterable(map(self._contacts.get, roles, repeat(()))))

    def vendor_contacts(self) -> tuple[Contact, ...]:
        """Whom to ask when nobody in the account may decide."""
        return (self.representative or self.support,)

    def override_of(self, capability: str, on: date) -> bool | None:
        """What the last override in force on that day says, if there is one."""
        for override in reversed(self.overrides):
            if override.capability == capability and (override.until is None or on <= override.until):
                return override.grant
        return None


@dataclass(frozen=True)
class Policy:
    """One version of everything the vendor decided; a change to it is a new version.

    `states` says what stays open in each state; `timing` holds every capability that changes the subscription, but for
    what says itself on which days it counts; `limits` and `staff`, the rights of the vendor's people, are by role,
    and `credit` is by account type.
    `former` names account types that earlier versions had and this one does not.
    `same_day_undo` lets what was ordered on a day be taken back on it; `cuts_periods` bills a period that is known to
    be cut short when it is invoiced for its days only.
    """

    version: int
    account_types: Mapping[str, AccountType]
    roles: Mapping[str, Role]
    states: Mapping[State, frozenset[str]]
    timing: Mapping[str, Timing]
    proration: Proration
    quote_hours: int
    attempt_minutes: int
    invoice_due_days: int
    request_days: int
    reminder_days: int
    renewal_notice_days: int
    trial_notice_days: int
    same_day_undo: bool = False
    cuts_periods: bool = True
    limits: Mapping[str, Limit] = field(default_factory=dict)
    credit: Mapping[str, Credit] = field(default_factory=dict)
    ceilings: Ceilings = UNBOUNDED
    staff: Mapping[str, Role] = field(default_factory=dict)
    former: Mapping[str, Text] = field(default_factory=dict)

    def account_type(self, code: str) -> AccountType:
        """The account type of that code. Errors: UnknownAccountType."""
        found = self.account_types.get(code)
        if found is None:
            raise UnknownAccountType(account_type=code, known=", ".join(self.account_types))
        return found

    def type_of(self, account: "Account") -> AccountType:
        """The type of an account; one that the policy no longer has lets its people change nothing online."""
        return self.account_types.get(account.account_type) or self._gone(account.account_type)

    def type_name(self, code: str) -> Text:
        """The name of an account type, that of an earlier version where the policy no longer has it."""
        return (self.account_types.get(code) or self._gone(code)).name

    def _gone(self, code: str) -> AccountType:
        return AccountType(code, self.former.get(code, Text(code)), frozenset(), shows_costs=False)

    def role(self, code: str) -> Role:
        """The role of that code. Errors: UnknownRole."""
        found = self.roles.get(code)
        if found is None:
            raise UnknownRole(role=code, known=", ".join(self.roles))
        return found

    @cached_property
    def _deciders(self) -> Mapping[str, tuple[str, ...]]:
        """The roles that may do each thing by themselves."""
        return {
            capability: tuple(role.code for role in self.roles.values() if capability in role.allowed)
            for capability in CAPABILITIES
        }

    @cached_property
    def _approvers(self) -> Mapping[str, tuple[str, ...]]:
        """Those of them that also review requests."""
        reviewing = self._deciders["review_requests"]
        return {one: tuple(code for code in codes if code in reviewing) for one, codes in self._deciders.items()}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether somebody may do something; if not at once, why, and whom to ask."""

    capability: str
    outcome: Outcome
    reason: Reason | None = None
    ask: tuple[Contact, ...] = ()


_ALLOWED: Final = {one: Decision(one, Outcome.ALLOWED) for one in (*CAPABILITIES, *DESK)}


def decide(
    policy: Policy, account: Account, actor: Actor, capability: str, on: date, *, offered: bool = True
) -> Decision:
    """Whether the actor may do this on that day; `offered` is whether the catalog offers it to the account online.

    Errors: UnknownCapability, UnknownRole.
    """
    if capability not in _ALLOWED:
        check_capability(capability)
    if isinstance(actor, Vendor):
        if account.state is State.CANCELLED and capability not in _VENDOR_ON_CANCELLED:
            return Decision(capability, Outcome.REFUSED, Reason.ACCOUNT_STATE)
        return decide_for_staff(policy, actor, capability)
    closed = _closed(policy, account, capability, on) or (None if offered else Reason.CATALOG)
    if closed is not None:
        return Decision(capability, Outcome.REFUSED, closed, account.vendor_contacts())
    role = policy.role(actor.role)
    if actor.active and capability in role.allowed:
        return _ALLOWED[capability]
    asking = actor.active and capability in role.by_request and _may_request(policy, account, role, capability, on)
    ask = account.contacts(policy._deciders[capability]) or account.vendor_contacts()
    return Decision(capability, Outcome.BY_REQUEST if asking else Outcome.REFUSED, Reason.ROLE, ask)


def decide_for_staff(policy: Policy, actor: Vendor, capability: str) -> Decision:
    """Whether somebody of the vendor may do this on whatever account; programs may do everything."""
    if actor.role and capability not in policy.staff[actor.role].allowed:
        return Decision(capability, Outcome.REFUSED, Reason.ROLE)
    return _ALLOWED[capability]


def shows_costs(policy: Policy, account: Account, on: date) -> bool:
    """Whether the account's people see what the standing subscription costs."""
    granted = account.override_of(SHOW_COSTS, on)
    return policy.type_of(account).shows_costs if granted is None else granted


def _closed(policy: Policy, account: Account, capability: str, on: date) -> Reason | None:
    """Why nobody in the account may do it, if so."""
    account_type = policy.type_of(account)
    if account.state is not State.ACTIVE and capability not in policy.states[account.state]:
        return Reason.ACCOUNT_STATE
    granted = account.override_of(capability, on) if account.overrides else None
    if granted is None:
        granted = capability in _ALWAYS_OPEN or capability in account_type.capabilities
    return None if granted else Reason.ACCOUNT_TYPE


def _may_request(policy: Policy, account: Account, role: Role, capability: str, on: date) -> bool:
    """Whether requests are open to this role here, and somebody in the account could approve this one."""
    if "submit_requests" not in role.allowed or not account.has_active_member(policy._approvers[capability]):
        return False
    return not (_closed(policy, account, "submit_requests", on) or _closed(policy, account, "review_requests", on))
