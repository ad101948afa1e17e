"""What a new policy must not leave behind: accounts without a type, and a staff that nobody manages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from bursar.core.messages.problem import Conflict
from bursar.core.policy.policy import Policy
from bursar.core.policy.staff import MANAGING

MOST_NAMED: Final = 10
"""So many of the accounts that would be left without a type are named."""


class StaffLockedOut(Conflict):
    """Under this policy nobody could manage the staff any more, as {names} can now; give manage_staff to a role that one of the staff has, or give one of them another role first."""

    code = "staff_locked_out"


@dataclass(frozen=True, slots=True)
class AccountWithoutType:
    """An account that would be left without a type."""

    id: UUID
    name: str
    account_type: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of the staff: of sandboxes, or of real accounts."""

    name: str
    role: str
    sandbox: bool


class TypesInUse(Conflict):
    """Accounts that have a type which this policy does not have: {count}, of {types}; the first are {accounts}. Keep these types, or say in "replaces" which type each of them becomes."""

    code = "types_in_use"

    def __init__(self, left: Sequence[AccountWithoutType], count: int) -> None:
        types = ", ".join(sorted({one.account_type for one in left}))
        super().__init__(count=count, types=types, accounts=", ".join(f"{one.name} ({one.id})" for one in left))
        self.left, self.count = left, count


def check_types(left: Sequence[AccountWithoutType], count: int) -> None:
    """Check that no account is left without a type; `left` are the first of so many. Errors: TypesInUse."""
    if count:
        raise TypesInUse(left, count)


def check_staff(before: Policy | None, after: Policy, staff: Collection[StaffMember]) -> None:
    """Check that where somebody manages the staff somebody still will. Errors: StaffLockedOut."""
    for sandbox in (False, True):
        serving = [one for one in staff if one.sandbox is sandbox]
        managing = [one.name for one in serving if before and MANAGING in before.staff[one.role].allowed]
        if managing and not any(MANAGING in after.staff[one.role].allowed for one in serving):
            raise StaffLockedOut(names=", ".join(managing[:MOST_NAMED]))
