"""The vendor's staff: which accounts they reach, and who of them can go."""

from collections.abc import Collection
from typing import Final

from bursar.core.messages.problem import Conflict

MANAGING: Final = "manage_staff"
"""What lets somebody appoint others and let them go."""


class NobodyLeft(Conflict):
    """{name} is the last one who may manage the staff; appoint somebody else for that first."""

    code = "nobody_left"


class SandboxStaff(Conflict):
    """{name} is of the staff of real accounts, which staff of sandboxes does not touch."""

    code = "sandbox_staff"


def can_act_on(*, sandbox_staff: bool, sandbox: bool) -> bool:
    """Whether somebody of the staff acts on an account: staff of sandboxes on sandbox accounts alone."""
    return sandbox or not sandbox_staff


def is_sandbox_staff(wanted: bool | None, *, before: bool, by_sandbox_staff: bool) -> bool:
    """Whether whoever is appointed is of sandboxes: as is said, else as they were; always if such staff appoints."""
    return by_sandbox_staff or (before if wanted is None else wanted)


def check_staff_role(
    name: str, *, role: str, after: str, sandbox: bool, by_sandbox_staff: bool, managing: Collection[str], others: bool
) -> None:
    """Whether one of the staff may have another role, or none: `managing` are the roles that appoint, `others` have one.

    Errors: SandboxStaff, NobodyLeft.
    """
    if by_sandbox_staff and not sandbox:
        raise SandboxStaff(name=name)
    if role in managing and after not in managing and not others:
        raise NobodyLeft(name=name)
