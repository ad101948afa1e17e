"""The vendor's staff: the accounts that they act on, and the checks for their roles."""

from collections.abc import Collection
from typing import Final

from bursar.core.messages.problem import Conflict

MANAGE_STAFF: Final = "manage_staff"
"""The capability to appoint staff and to end their roles."""


class LastToManageStaff(Conflict):
    """{name} is the last one who may manage the staff; appoint somebody else for that first."""

    code = "nobody_left"


class SandboxStaff(Conflict):
    """{name} is of the staff of real accounts, which staff of sandboxes does not touch."""

    code = "sandbox_staff"


def can_act_on(*, sandbox_staff: bool, sandbox: bool) -> bool:
    """Return true if staff act on an account: staff of sandboxes act on sandbox accounts alone."""
    return sandbox or not sandbox_staff


def is_sandbox_staff(wanted: bool | None, *, before: bool, by_sandbox_staff: bool) -> bool:
    """Return true if the appointed person is staff of sandboxes: as wanted, else as before; always if such staff appoint."""
    return by_sandbox_staff or (before if wanted is None else wanted)


def check_staff_role(
    name: str,
    *,
    role: str,
    after: str,
    sandbox: bool,
    by_sandbox_staff: bool,
    managing_roles: Collection[str],
    others_manage: bool,
) -> None:
    """Check that a person of the staff can change to another role, or to none.

    `managing_roles` are those that manage the staff; `others_manage` says that another person has one of them.
    Errors: SandboxStaff, LastToManageStaff.
    """
    if by_sandbox_staff and not sandbox:
        raise SandboxStaff(name=name)
    # Otherwise nobody could sign in at the desk and appoint staff again.
    if role in managing_roles and after not in managing_roles and not others_manage:
        raise LastToManageStaff(name=name)
