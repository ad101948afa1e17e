"""The people of an account that is played in memory. Each function returns the billing context as it is afterwards."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from bursar.core.ordering.content import write_decision
from bursar.core.ordering.context import BillingContext
from bursar.core.policy.member import (
    ADMIN,
    OWNER,
    AlreadyMember,
    NotActive,
    capability_for_member,
    check_ownership_transfer,
    check_role,
)
from bursar.core.policy.policy import VENDOR, Actor, Member, Outcome, decide
from bursar.scenario.player import NotDone


def address(name: str) -> str:
    """Return the email of a member, by the name in a scenario."""
    return f"{name}@example.com"


def find_actor(context: BillingContext, name: str) -> Actor:
    """Return the actor of a step: the vendor, or a member by name. Errors: NotDone."""
    member = _member(context, name)
    if member is None and name != "vendor":
        raise NotDone({"code": "unknown_actor"})
    if member is not None and not member.active:
        raise NotDone({"code": NotActive.code})
    return member or VENDOR


def check_permitted(context: BillingContext, actor: Actor, capability: str, on: date) -> None:
    """Raise NotDone unless the policy allows the actor this capability."""
    decision = decide(context.policy, context.account, actor, capability, on)
    if decision.outcome is not Outcome.ALLOWED:
        code = "by_request" if decision.outcome is Outcome.BY_REQUEST else "refused"
        raise NotDone({"code": code, **write_decision(decision)})


def with_member(context: BillingContext, actor: Actor, name: str, role: str, on: date, id: UUID) -> BillingContext:
    """Return the account with another member: active if the vendor adds them, invited if a member does.

    Errors: NotDone, UnknownRole, OneOwner, OnlyFromAdmins, AlreadyMember.
    """
    context.policy.role(role)
    check_permitted(context, actor, capability_for_member(None, role), on)
    check_role(actor, name.title(), None, role)
    if any(member.email == address(name) for member in context.account.members):
        raise AlreadyMember(email=address(name))
    new_member = Member(id, name.title(), address(name), role, active=not isinstance(actor, Member))
    return _with_members(context, (*context.account.members, new_member))


def with_role(context: BillingContext, actor: Actor, name: str, role: str | None, on: date) -> BillingContext:
    """Return the account after a member got another role, or with None was removed.

    Errors: NotDone, UnknownRole, OneOwner, OnlyFromAdmins.
    """
    if role is not None:
        context.policy.role(role)
    before = _member(context, name)
    if before is None:
        raise NotDone({"code": "not_found"})
    check_permitted(context, actor, capability_for_member(before.role, role), on)
    check_role(actor, before.name, before.role, role)
    members = context.account.members
    if role is None:
        return _with_members(context, tuple(member for member in members if member is not before))
    return _with_members(
        context, tuple(replace(member, role=role) if member is before else member for member in members)
    )


def with_owner(context: BillingContext, actor: Actor, name: str, reason: str) -> BillingContext:
    """Return the account after a billing admin became its owner.

    Errors: NotDone, and those of `check_ownership_transfer`.
    """
    members, new_owner = context.account.members, find_member(context, name)
    owner = next(member for member in members if member.role == OWNER)
    check_ownership_transfer(actor, owner, new_owner, verified=True, reason=reason)
    # At once: at no moment has an account no owner, or two.
    roles = {owner.id: ADMIN, new_owner.id: OWNER}
    return _with_members(context, tuple(replace(member, role=roles.get(member.id, member.role)) for member in members))


def find_member(context: BillingContext, name: str) -> Member:
    """Return a member by name. Errors: NotDone."""
    member = _member(context, name)
    if member is None:
        raise NotDone({"code": "not_found"})
    return member


def _member(context: BillingContext, name: str) -> Member | None:
    return next((member for member in context.account.members if member.email == address(name)), None)


def _with_members(context: BillingContext, members: tuple[Member, ...]) -> BillingContext:
    return replace(context, account=replace(context.account, members=members))
