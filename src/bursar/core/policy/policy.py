"""The policy, and the decision whether an actor may use a capability on an account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Final
from uuid import UUID

from bursar.core.calendar.period import Proration
from bursar.core.calendar.timing import Timing
from bursar.core.messages.text import Text
from bursar.core.policy.capability import CAPABILITIES, DESK, OPEN, SHOW_COSTS, check_capability
from bursar.core.policy.limits import UNBOUNDED, Ceilings, Credit, Limit
from bursar.core.policy.role import AccountType, Role, UnknownAccountType, UnknownRole

_ALWAYS_OPEN: Final = frozenset(OPEN)
# A cancelled account buys nothing more, but its people and its open invoices still need looking after.
_VENDOR_ON_CANCELLED: Final = frozenset(
    {"view_subscription", "view_invoices", "pay_invoice", "manage_members", "appoint_billing_admins", *DESK}
)


class Outcome(StrEnum):
    """The outcome of a decision."""

    ALLOWED = "allowed"
    BY_REQUEST = "by_request"
    REFUSED = "refused"


class Reason(StrEnum):
    """The reason of a decision that is not allowed, in the order in which reasons are checked."""

    ACCOUNT_STATE = "account_state"
    ACCOUNT_TYPE = "account_type"
    CATALOG = "catalog"
    ROLE = "role"
    LIMIT = "limit"
    CREDIT = "credit"


class State(StrEnum):
    """The state of an account."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to ask. `role` is a member's role code, `representative` or `support`."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an account. A member who is not active may do nothing and is never named as a person to ask."""

    id: UUID
    name: str
    email: str
    role: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Vendor:
    """The vendor as an actor: a person of its staff, a program with a key, or the system. Account types do not bind it.

    `id` is that of the person or of the key; only a person of the staff has a `role`.
    """

    id: UUID | None = None
    system: bool = False
    role: str = ""


VENDOR: Final = Vendor()
SYSTEM: Final = Vendor(system=True)
Actor = Member | Vendor


@dataclass(frozen=True, slots=True)
class Override:
    """A capability granted to, or withheld from, a single account. `until` is the last day on which it holds."""

    capability: str
    grant: bool
    until: date | None = None


# Without slots here and below: cached_property needs a dictionary to keep its value in.
@dataclass(frozen=True)
class Account:
    """An account as decisions see it. Of several overrides in force the last counts.

    `gateway` says that a payment gateway serves it, so that it can pay at once.
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
        """Return true if an active member has one of these roles."""
        return not self._contacts.keys().isdisjoint(roles)

    def contacts(self, roles: Iterable[str]) -> tuple[Contact, ...]:
        """Return the active members who have one of these roles, in the order of the roles."""
        return tuple(contact for role in roles for contact in self._contacts.get(role, ()))

    def vendor_contacts(self) -> tuple[Contact, ...]:
        """Return the vendor's people to ask when no member may decide."""
        return (self.representative or self.support,)

    def override_of(self, capability: str, on: date) -> bool | None:
        """Return true if the last override in force on a day grants the capability, false if it withholds it, else None."""
        for override in reversed(self.overrides):
            if override.capability == capability and (override.until is None or on <= override.until):
                return override.grant
        return None


@dataclass(frozen=True)
class Policy:
    """A version of the vendor's rules; a change to them is a new version.

    `states` has the capabilities that stay in each account state, and `timing` has an entry for each of TIMED. `limits`
    and `staff`, the rights of the vendor's people, are by role, and `credit` is by account type. `former` names account
    types that earlier versions had and this one does not. `same_day_undo` gives back in full a change that is reversed on the day of its order; `cuts_periods` bills a period
    that is known to be cut short for its days only.
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
        """Return the account type of a code. Errors: UnknownAccountType."""
        account_type = self.account_types.get(code)
        if account_type is None:
            raise UnknownAccountType(account_type=code, known=", ".join(self.account_types))
        return account_type

    def type_of(self, account: "Account") -> AccountType:
        """Return the type of an account. With a type that the policy no longer has, members change nothing online."""
        return self.account_types.get(account.account_type) or self._former_type(account.account_type)

    def type_name(self, code: str) -> Text:
        """Return the name of an account type, from an earlier version where the policy no longer has it."""
        return (self.account_types.get(code) or self._former_type(code)).name

    def _former_type(self, code: str) -> AccountType:
        return AccountType(code, self.former.get(code, Text(code)), frozenset(), shows_costs=False)

    def role(self, code: str) -> Role:
        """Return the role of a code. Errors: UnknownRole."""
        role = self.roles.get(code)
        if role is None:
            raise UnknownRole(role=code, known=", ".join(self.roles))
        return role

    @cached_property
    def _deciders(self) -> Mapping[str, tuple[str, ...]]:
        """The roles that have each capability."""
        return {
            capability: tuple(role.code for role in self.roles.values() if capability in role.allowed)
            for capability in CAPABILITIES
        }

    @cached_property
    def _approvers(self) -> Mapping[str, tuple[str, ...]]:
        """The roles that have each capability and also review requests."""
        reviewing = self._deciders["review_requests"]
        return {
            capability: tuple(code for code in codes if code in reviewing)
            for capability, codes in self._deciders.items()
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to an attempted change: allowed, by request or refused, with the reason and the people to ask."""

    capability: str
    outcome: Outcome
    reason: Reason | None = None
    ask: tuple[Contact, ...] = ()


# Made once for all: a permission has no reason and nobody to ask.
_ALLOWED: Final = {capability: Decision(capability, Outcome.ALLOWED) for capability in (*CAPABILITIES, *DESK)}


def decide(
    policy: Policy, account: Account, actor: Actor, capability: str, on: date, *, offered: bool = True
) -> Decision:
    """Decide whether the actor may use a capability on a day; `offered` says that the catalog offers it online.

    Errors: UnknownCapability, UnknownRole.
    """
    # Decisions are made in thousands: the lookup is quick, and only a miss pays for the check and its message.
    if capability not in _ALLOWED:
        check_capability(capability)
    if isinstance(actor, Vendor):
        if account.state is State.CANCELLED and capability not in _VENDOR_ON_CANCELLED:
            return Decision(capability, Outcome.REFUSED, Reason.ACCOUNT_STATE)
        return decide_for_staff(policy, actor, capability)
    # The account before the role: asking a colleague is no use where the account itself may not.
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
    """Decide whether the vendor's actor may use a capability on any account; programs may use all."""
    if actor.role and capability not in policy.staff[actor.role].allowed:
        return Decision(capability, Outcome.REFUSED, Reason.ROLE)
    return _ALLOWED[capability]


def shows_costs(policy: Policy, account: Account, on: date) -> bool:
    """Return true if the account's members see the cost of the subscription."""
    granted = account.override_of(SHOW_COSTS, on)
    return policy.type_of(account).shows_costs if granted is None else granted


def _closed(policy: Policy, account: Account, capability: str, on: date) -> Reason | None:
    """Return the reason for which no member may use a capability; None if some may."""
    # The state before overrides: an exception for a customer does not reopen a suspended account.
    if account.state is not State.ACTIVE and capability not in policy.states[account.state]:
        return Reason.ACCOUNT_STATE
    granted = account.override_of(capability, on) if account.overrides else None
    if granted is None:
        granted = capability in _ALWAYS_OPEN or capability in policy.type_of(account).capabilities
    return None if granted else Reason.ACCOUNT_TYPE


def _may_request(policy: Policy, account: Account, role: Role, capability: str, on: date) -> bool:
    """Return true if this role may send requests, and an active member could approve one for this capability."""
    if "submit_requests" not in role.allowed or not account.has_active_member(policy._approvers[capability]):
        return False
    return not (_closed(policy, account, "submit_requests", on) or _closed(policy, account, "review_requests", on))
