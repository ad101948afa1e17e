"""What may be done with the members of an account, and which capability it needs."""

from typing import Final

from bursar.core.policy import Actor, Member
from bursar.core.problem import Conflict, Invalid

OWNER: Final = "owner"
BILLING_ADMIN: Final = "billing_admin"
ADMIN: Final = "admin"


class OneOwner(Invalid):
    """An account has exactly one owner, who changes only when ownership is passed on; choose another role."""

    code = "one_owner"


class OnlyFromAdmins(Invalid):
    """Billing admins are appointed from admins: make {name} an admin first."""

    code = "only_from_admins"


class AlreadyMember(Conflict):
    """{email} is a member of this account already; change that member instead."""

    code = "already_member"


def needed(before: str | None, after: str | None) -> str:
    """The capability for making, changing or removing a member; None stands for not being one."""
    return "appoint_billing_admins" if BILLING_ADMIN in (before, after) else "manage_members"


def check_role(actor: Actor, name: str, before: str | None, after: str | None) -> None:
    """Whether a member may have this role after that one, whoever may decide it. Errors: OneOwner, OnlyFromAdmins."""
    if OWNER in (before, after) and before != after:
        raise OneOwner()
    if isinstance(actor, Member) and after == BILLING_ADMIN and before not in (ADMIN, BILLING_ADMIN):
        raise OnlyFromAdmins(name=name)
