"""Members of an account: the checks for inviting, suspending and removing them, and for passing ownership on."""

from datetime import date, datetime, timedelta
from typing import Final, Literal

from bursar.core.messages.problem import Conflict, Invalid, Problem
from bursar.core.policy.policy import Account, Actor, Contact, Member, Policy, Vendor, decide

OWNER: Final = "owner"
BILLING_ADMIN: Final = "billing_admin"
ADMIN: Final = "admin"
IN_CHARGE: Final = (OWNER, BILLING_ADMIN)
"""The roles whose members everybody in the account may know: they are the ones to ask."""
ERASED: Final = "–"
"""The name that an erased member or account has."""

INVITATIONS_AN_HOUR: Final = 60
"""The most emails of invitation that an account sends within an hour, from pages and API together."""

MemberState = Literal["invited", "active", "suspended"]


class NotActive(Problem):
    """{name} may do nothing in this account."""

    code = "not_active"

    def __init__(self, *, name: str, ask: tuple[Contact, ...]) -> None:
        super().__init__(name=name)
        self.ask = ask


class SuspendedMember(NotActive):
    """{name} is suspended in this account and may do nothing in it."""


class InvitedMember(NotActive):
    """{name} has not accepted the invitation to this account yet, and may do nothing in it before that."""


class OneOwner(Invalid):
    """An account has exactly one owner, who changes only when ownership is passed on; pass it on first, or choose another role."""

    code = "one_owner"


class OnlyFromAdmins(Invalid):
    """Billing admins are appointed from admins: make {name} an admin first."""

    code = "only_from_admins"


class AlreadyMember(Conflict):
    """{email} is a member of this account already; change that member instead."""

    code = "already_member"


class OnlyOwner(Conflict):
    """Only {name}, who owns the account, can pass ownership on; if they are gone, ask the vendor."""

    code = "only_owner"


class OnlyToBillingAdmins(Invalid):
    """Ownership passes to a billing admin of the account: appoint {name} first."""

    code = "only_to_billing_admins"


class NotVerified(Conflict):
    """{name} has never signed in by a link sent to their address; ownership passes only to an address that is known to work."""

    code = "not_verified"


class TransferReasonNeeded(Invalid):
    """Say why the vendor passes ownership on, and not the owner; it stays in the history."""

    code = "why_needed"


class OwnerStays(Invalid):
    """{name} owns the account and cannot be suspended; pass ownership on first."""

    code = "owner_stays"


class TooManyInvitations(Problem):
    """This account sent {most} invitations within an hour; the next can go out in {minutes} min."""

    code = "too_many_invitations"


class NotYourself(Invalid):
    """Nobody suspends themselves; ask somebody else who manages the members."""

    code = "not_yourself"


class NotAccepted(Conflict):
    """{name} has not accepted the invitation yet; withdraw it, or wait."""

    code = "not_accepted"


class NotInvited(Conflict):
    """{name} has accepted the invitation already; there is nothing to send again."""

    code = "not_invited"


def check_active(policy: Policy, account: Account, member: Member, member_state: MemberState, on: date) -> None:
    """Raise NotActive unless the member is active; it names the people who manage members."""
    if member_state != "active":
        kind = SuspendedMember if member_state == "suspended" else InvitedMember
        raise kind(name=member.name, ask=decide(policy, account, member, "manage_members", on).ask)


def check_member_state(actor: Actor, member: Member, before: MemberState, after: MemberState) -> None:
    """Raise OwnerStays, NotYourself or NotAccepted if the actor cannot suspend or resume a member."""
    if before == "invited":
        raise NotAccepted(name=member.name)
    # Before the check of oneself: an owner must pass ownership on first, whoever suspends them.
    if after == "suspended" and member.role == OWNER:
        raise OwnerStays(name=member.name)
    if after == "suspended" and isinstance(actor, Member) and actor.id == member.id:
        raise NotYourself()


def needs_invitation(actor: Actor) -> bool:
    """Return true if a member whom the actor adds is invited first; added by a vendor's program they are active at once."""
    # A program brings people who already work with the vendor's product, so nobody needs to accept anything.
    return not isinstance(actor, Vendor) or bool(actor.role)


def check_invitations(sent_at: datetime | None, now: datetime) -> None:
    """Raise TooManyInvitations if the account sent 60 within the last hour.

    `sent_at` is when the 60th last invitation was sent; None if there were fewer.
    """
    wait = timedelta(0) if sent_at is None else sent_at + timedelta(hours=1) - now
    if wait > timedelta(0):
        # Rounded up, so that after so many minutes the invitation does go out.
        raise TooManyInvitations(most=INVITATIONS_AN_HOUR, minutes=-(-wait // timedelta(minutes=1)))


def check_resending(name: str, member_state: MemberState) -> None:
    """Raise NotInvited if the member has accepted, so that there is no invitation to send again."""
    if member_state != "invited":
        raise NotInvited(name=name)


def check_ownership_transfer(actor: Actor, owner: Member, successor: Member, *, verified: bool, reason: str) -> None:
    """Check that the actor may pass ownership on to a member.

    Errors: OnlyOwner, TransferReasonNeeded, OnlyToBillingAdmins, NotVerified.
    """
    if isinstance(actor, Member) and actor.id != owner.id:
        raise OnlyOwner(name=owner.name)
    if not isinstance(actor, Member) and not reason:
        raise TransferReasonNeeded()
    # Billing admins can spend already, so a slip of the hand gives nobody new power over money.
    if successor.role != BILLING_ADMIN or not successor.active:
        raise OnlyToBillingAdmins(name=successor.name)
    # With a mistyped address the account would have an owner who can never sign in.
    if not verified:
        raise NotVerified(name=successor.name)


def capability_for_member(before: str | None, after: str | None) -> str:
    """Return the capability for adding, changing or removing a member, whose role is None before or after."""
    # Taking the role away needs the same capability as giving it: an admin cannot dismiss a billing admin.
    return "appoint_billing_admins" if BILLING_ADMIN in (before, after) else "manage_members"


def check_role(actor: Actor, name: str, before: str | None, after: str | None) -> None:
    """Raise OneOwner or OnlyFromAdmins if no actor may give a member of one role the other."""
    if OWNER in (before, after) and before != after:
        raise OneOwner()
    # The vendor need not take this step: it appoints whom the customer named in a contract.
    if isinstance(actor, Member) and after == BILLING_ADMIN and before not in (ADMIN, BILLING_ADMIN):
        raise OnlyFromAdmins(name=name)
