"""The people of an account that is played in memory: what they may do there, and who comes and goes."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from bursar.core.ordering.content import write_decision
from bursar.core.ordering.context import Situation
from bursar.core.policy.member import ADMIN, OWNER, AlreadyMember, NotActive, check_passing, check_role, needed
from bursar.core.policy.policy import VENDOR, Actor, Member, Outcome, decide
from bursar.scenario.player import Answered


def address(name: str) -> str:
    """The email of somebody in a life."""
    return f"{name}@example.com"


def found(situation: Situation, name: str) -> Actor:
    """Who does something: the vendor, or a member by name. Errors: Answered."""
    member = _member(situation, name)
    if member is None and name != "vendor":
        raise Answered({"code": "unknown_actor"})
    if member is not None and not member.active:
        raise Answered({"code": NotActive.code})
    return member or VENDOR


def permitted(situation: Situation, actor: Actor, capability: str, on: date) -> None:
    """Nothing, if the actor may. Errors: Answered."""
    decision = decide(situation.policy, situation.account, actor, capability, on)
    if decision.outcome is not Outcome.ALLOWED:
        code = "by_request" if decision.outcome is Outcome.BY_REQUEST else "refused"
        raise Answered({"code": code, **write_decision(decision)})


def added(situation: Situation, actor: Actor, name: str, role: str, on: date, id: UUID) -> Situation:
    """The account with another member: active when the vendor makes them, invited when a member does.

    Errors: Answered, UnknownRole, OneOwner, OnlyFromAdmins, AlreadyMember.
    """
    situation.policy.role(role)
    permitted(situation, actor, needed(None, role), on)
    check_role(actor, name.title(), None, role)
    if any(one.email == address(name) for one in situation.account.members):
        raise AlreadyMember(email=address(name))
    made = Member(id, name.title(), address(name), role, active=not isinstance(actor, Member))
    return _with(situation, (*situation.account.members, made))


def changed(situation: Situation, actor: Actor, name: str, role: str | None, on: date) -> Situation:
    """The account once a member has another role, or with None is no member any more.

    Errors: Answered, UnknownRole, OneOwner, OnlyFromAdmins.
    """
    if role is not None:
        situation.policy.role(role)
    before = _member(situation, name)
    if before is None:
        raise Answered({"code": "not_found"})
    permitted(situation, actor, needed(before.role, role), on)
    check_role(actor, before.name, before.role, role)
    others = situation.account.members
    if role is None:
        return _with(situation, tuple(one for one in others if one is not before))
    return _with(situation, tuple(replace(one, role=role) if one is before else one for one in others))


def passed_on(situation: Situation, actor: Actor, name: str, reason: str) -> Situation:
    """The account once a billing admin is its owner. Errors: Answered, and those of `check_passing`."""
    members, to = situation.account.members, having(situation, name)
    owner = next(one for one in members if one.role == OWNER)
    check_passing(actor, owner, to, verified=True, reason=reason)
    roles = {owner.id: ADMIN, to.id: OWNER}
    return _with(situation, tuple(replace(one, role=roles.get(one.id, one.role)) for one in members))


def having(situation: Situation, name: str) -> Member:
    """A member by name. Errors: Answered."""
    member = _member(situation, name)
    if member is None:
        raise Answered({"code": "not_found"})
    return member


def _member(situation: Situation, name: str) -> Member | None:
    return next((one for one in situation.account.members if one.email == address(name)), None)


def _with(situation: Situation, members: tuple[Member, ...]) -> Situation:
    return replace(situation, account=replace(situation.account, members=members))
