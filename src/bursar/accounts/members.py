"""Invite, change, suspend and remove members of an account, and transfer its ownership."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bursar.accounts.keys import InvitationNotValid, read_invitation
from bursar.accounts.locked_account import locked_account, permit
from bursar.accounts.models import Member, Remark, SentInvitation
from bursar.accounts.queries import Customer, invitation_before, member_state
from bursar.core.events import Event
from bursar.core.events.people import (
    MemberAccepted,
    MemberAdded,
    MemberChanged,
    MemberInvited,
    MemberRemoved,
    MemberResumed,
    MemberSuspended,
    OwnerChanged,
)
from bursar.core.messages.problem import NotFound
from bursar.core.messages.text import one_line
from bursar.core.policy.member import (
    ADMIN,
    INVITATIONS_AN_HOUR,
    OWNER,
    AlreadyMember,
    MemberState,
    capability_for_member,
    check_invitations,
    check_member_state,
    check_ownership_transfer,
    check_resending,
    check_role,
    needs_invitation,
)
from bursar.core.policy.policy import SYSTEM, Actor, Policy, Vendor
from bursar.history.actions import record, store_response
from bursar.history.queries import IdempotencyKey
from bursar.identity.models import Person
from bursar.identity.profile import keep_former_name


def add_member(
    policy: Policy,
    account_id: UUID,
    *,
    name: str,
    email: str,
    role: str,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> UUID:
    """Add a member; return their id. A program of the vendor adds active members, people invite them.

    Errors: Refused, UnknownRole, OneOwner, OnlyFromAdmins, AlreadyMember, TooManyInvitations, BadAddress.
    """
    policy.role(role)
    with locked_account(account_id, actor, now, email=email) as customer:
        permit(policy, customer, actor, capability_for_member(None, role), now)
        check_role(actor, name, None, role)
        if any(member.email.lower() == email.lower() for member in customer.account.members):
            raise AlreadyMember(email=email)
        # The vendor's program has proved who its people are; a person who invites may mistype an address.
        invited_at = now if needs_invitation(actor) else None
        _count_invitation(account_id, actor, now)
        member = create_member(account_id, name, email, role, customer.locale, now, invited_at)
        _record_events(customer, [MemberAdded(member=member.id, role=role)], actor, now)
        store_response(idempotency_key, kind="member", id=member.id, status=201, now=now)
    return member.id


def invite_again(
    policy: Policy,
    account_id: UUID,
    member_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> None:
    """Send an invitation again that was not accepted; the link sent before is void.

    Errors: NotFound, Refused, NotInvited, TooManyInvitations.
    """
    with locked_account(account_id, actor, now, members=[member_id]) as customer:
        member = customer.member(member_id)
        permit(policy, customer, actor, capability_for_member(member.role, member.role), now)
        check_resending(member.name, member_state(account_id, member_id))
        _count_invitation(account_id, actor, now)
        Member.objects.filter(account_id=account_id, pk=member_id).update(invited_at=now)
        _record_events(customer, [MemberInvited(member=member_id, role=member.role)], actor, now)
        store_response(idempotency_key, kind="member", id=member_id, status=200, now=now)


@dataclass(frozen=True, slots=True)
class AcceptedInvitation:
    """A member who accepted an invitation; `proven` says that its link proves that they read their mail."""

    account_id: UUID
    member_id: UUID
    person: Person
    proven: bool


def accept_invitation(secret: str, *, now: datetime) -> AcceptedInvitation:
    """Accept an invitation, once: its member becomes active. Errors: InvitationNotValid."""
    account_id, member_id, invited_at, address = read_invitation(secret, now=now)
    try:
        with locked_account(account_id, SYSTEM, now, members=[member_id]) as customer:
            waiting = Member.objects.filter(account_id=account_id, pk=member_id, removed_at=None, state="invited")
            # By its moment an invitation is void once a newer one was sent, by its address once the person has another.
            invited = waiting.filter(invited_at=invited_at, person__email=address.lower(), person__is_active=True)
            if not invited.update(state="active"):
                raise InvitationNotValid()
            member = customer.member(member_id)
            person = Person.objects.get(pk=_person_id(account_id, member_id))
            # Emails of a sandbox are not sent: all its members read them in the outbox, so the link proves nothing.
            proven = not customer.sandbox
            if proven:
                Person.objects.filter(pk=person.pk, email_verified_at=None).update(email_verified_at=now)
            _record_events(customer, [MemberAccepted(member=member_id, role=member.role)], member, now)
    # An invitation must not tell whether the account or the member ever existed.
    except NotFound:
        raise InvitationNotValid() from None
    return AcceptedInvitation(account_id, member_id, person, proven)


def change_member(
    policy: Policy,
    account_id: UUID,
    member_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    role: str | None = None,
    name: str | None = None,
    state: MemberState | None = None,
) -> None:
    """Change a member's role or name, suspend or resume them.

    Errors: NotFound, Refused, UnknownRole, OneOwner, OnlyFromAdmins, OwnerStays, NotYourself, NotAccepted.
    """
    if role is not None:
        policy.role(role)
    with locked_account(account_id, actor, now, members=[member_id]) as customer:
        before, state_before = customer.member(member_id), member_state(account_id, member_id)
        after = role or before.role
        permit(policy, customer, actor, capability_for_member(before.role, after), now)
        check_role(actor, before.name, before.role, after)
        if state is not None:
            check_member_state(actor, before, state_before, state)
        # Erasure searches texts for former names too.
        if name is not None and one_line(name) != before.name:
            keep_former_name(_person_id(account_id, member_id), before.name)
        Member.objects.filter(account_id=account_id, pk=member_id).update(
            name=before.name if name is None else one_line(name), role=after, state=state or state_before
        )
        events: list[Event] = []
        if state is not None and state != state_before:
            events.append((MemberSuspended if state == "suspended" else MemberResumed)(member=member_id))
        # A call that changes nothing is still a fact, unless it is about the state alone.
        if state is None or after != before.role or name is not None:
            events.append(MemberChanged(member=member_id, before=before.role, after=after))
        _record_events(customer, events, actor, now)


def remove_member(policy: Policy, account_id: UUID, member_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Remove a member from the account. Errors: NotFound, Refused, OneOwner."""
    with locked_account(account_id, actor, now, members=[member_id]) as customer:
        before = customer.member(member_id)
        permit(policy, customer, actor, capability_for_member(before.role, None), now)
        check_role(actor, before.name, before.role, None)
        Member.objects.filter(account_id=account_id, pk=member_id).update(removed_at=now)
        _record_events(customer, [MemberRemoved(member=member_id, before=before.role, after=None)], actor, now)


def transfer_ownership(
    policy: Policy,
    account_id: UUID,
    member_id: UUID,
    *,
    reason: str = "",
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> None:
    """Make a billing admin the owner; the former owner becomes an admin. In a sandbox every address counts as verified.

    Errors: NotFound, Refused, OnlyOwner, TransferReasonNeeded, OnlyToBillingAdmins, NotVerified.
    """
    with locked_account(account_id, actor, now, members=[member_id]) as customer:
        owner, successor = customer.owner, customer.member(member_id)
        members = Member.objects.filter(account_id=account_id)
        # An owner can do everything, so their address must be known to work. Emails of sandboxes are never sent.
        verified = customer.sandbox or members.filter(pk=successor.id, person__email_verified_at__isnull=False).exists()
        if isinstance(actor, Vendor):
            permit(policy, customer, actor, "appoint_billing_admins", now)
        check_ownership_transfer(actor, owner, successor, verified=verified, reason=reason)
        # The former owner first, because the index on owners is checked at each row; that there is one, at the commit.
        members.filter(pk=owner.id).update(role=ADMIN)
        members.filter(pk=successor.id).update(role=OWNER)
        remark = Remark.objects.create(account_id=account_id, text=reason) if reason else None
        event = OwnerChanged(before=owner.id, after=successor.id, remark=remark.id if remark else None)
        _record_events(customer, [event], actor, now)
        store_response(idempotency_key, kind="member", id=successor.id, status=200, now=now)


def create_member(
    account_id: UUID,
    name: str,
    email: str,
    role: str,
    locale: str,
    now: datetime,
    invited_at: datetime | None = None,
) -> Member:
    """Create a member, under the lock, and their person if no person has the email; active unless they are invited.

    The account calls them by this name. A new person gets it on their own pages too.
    """
    name = one_line(name)
    person = Person.objects.get_or_create_person(email, name=name, locale=locale)
    state = "invited" if invited_at else "active"
    return Member.objects.create(
        account_id=account_id,
        person=person,
        name=name,
        role=role,
        state=state,
        created_at=now,
        invited_at=invited_at,
    )


def _count_invitation(account_id: UUID, actor: Actor, now: datetime) -> None:
    """Count an invitation, under the lock, if the actor sends one. Errors: TooManyInvitations."""
    if needs_invitation(actor):
        check_invitations(invitation_before(account_id, INVITATIONS_AN_HOUR, since=now - timedelta(hours=1)), now)
        SentInvitation.objects.create(account_id=account_id, sent_at=now)


def _record_events(customer: Customer, events: Sequence[Event], actor: Actor, now: datetime) -> None:
    record(account_id=customer.id, events=events, actor=actor, on=customer.today(now), now=now)


def _person_id(account_id: UUID, member_id: UUID) -> Any:
    return Member.objects.filter(account_id=account_id, pk=member_id).values_list("person_id", flat=True).get()
