"""Checks before a policy is published: no account loses its type, and some staff can still manage the staff."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from bursar.core.messages.problem import Conflict
from bursar.core.policy.policy import Policy
from bursar.core.policy.staff import MANAGE_STAFF

MOST_NAMED: Final = 10
"""The most accounts or people that a message names."""


class StaffLockedOut(Conflict):
    """Under this policy nobody could manage the staff any more, as {names} can now; give manage_staff to a role that one of the staff has, or give one of them another role first."""

    code = "staff_locked_out"


@dataclass(frozen=True, slots=True)
class AccountWithoutType:
    """An account whose type the new policy no longer has."""

    id: UUID
    name: str
    account_type: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person of the vendor's staff, for sandbox accounts or for live accounts."""

    name: str
    role: str
    sandbox: bool


class TypesInUse(Conflict):
    """Accounts that have a type which this policy does not have: {count}, of {types}; the first are {accounts}. Keep these types, or say in "replaces" which type each of them becomes."""

    code = "types_in_use"

    def __init__(self, accounts: Sequence[AccountWithoutType], count: int) -> None:
        types = ", ".join(sorted({account.account_type for account in accounts}))
        named = ", ".join(f"{account.name} ({account.id})" for account in accounts)
        super().__init__(count=count, types=types, accounts=named)
        self.accounts, self.count = accounts, count


def check_types(accounts: Sequence[AccountWithoutType], count: int) -> None:
    """Raise TypesInUse if accounts would have no type; `accounts` are the first of `count`."""
    if count:
        raise TypesInUse(accounts, count)


def check_staff(before: Policy | None, after: Policy, staff: Collection[StaffMember]) -> None:
    """Check that the staff of live and of sandbox accounts can still be managed. Errors: StaffLockedOut."""
    # Each kind by itself: staff of sandboxes cannot act on live accounts, and so cannot stand in for the others.
    for sandbox in (False, True):
        people = [person for person in staff if person.sandbox is sandbox]
        managing = [person.name for person in people if before and MANAGE_STAFF in before.staff[person.role].allowed]
        # If nobody manages them today either, as before the first appointment, the policy locks nobody out.
        if managing and not any(MANAGE_STAFF in after.staff[person.role].allowed for person in people):
            raise StaffLockedOut(names=", ".join(managing[:MOST_NAMED]))
