"""Approval of requests: the members who could approve one today, and the cause once nobody can any more."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from bursar.core.messages.problem import Conflict, Problem
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.quote import Quote, quote
from bursar.core.ordering.request import Cause
from bursar.core.policy.policy import Contact, Member, Outcome, Policy, Reason, State, decide
from bursar.core.subscription.catalog import NoPrice, UnknownCycle, UnknownPlan, UnknownProduct
from bursar.core.subscription.edit import Edit
from bursar.core.subscription.seats import SeatsInUse

_NOT_SOLD: Final = (UnknownProduct, UnknownPlan, UnknownCycle, NoPrice)
_SOLVABLE: Final = (Conflict, SeatsInUse)
"""Problems that people in the account can solve, so that the request can be approved after all."""

_FINAL: Final[Mapping[Reason, Cause]] = {
    Reason.ACCOUNT_STATE: "account_state",
    Reason.ACCOUNT_TYPE: "not_allowed",
    Reason.ROLE: "not_allowed",
    Reason.CATALOG: "not_sold",
}
"""Reasons that no approver can remove; a limit leaves it to the owner, and credit grows when somebody pays."""


def approvers(context: BillingContext, edits: Sequence[Edit], on: date) -> tuple[Contact, ...]:
    """Return the members who could approve these edits on a day."""
    roles = [
        reviewer.role
        for reviewer, result in _quotes_by_role(context, edits, on)
        if isinstance(result, Quote) and result.refusal() is None
    ]
    return context.account.contacts(roles)


def overtaken(context: BillingContext, edits: Sequence[Edit], requester: Member, on: date) -> Cause | None:
    """Return the cause for which nobody can approve these edits any more; None while a member can."""
    if not _may_request(context.policy, requester):
        return "requester"
    causes: list[Cause] = []
    for _, result in _quotes_by_role(context, edits, on):
        cause = _cause(result)
        # A single role that could approve, today or once people solve a problem, keeps the request open.
        if cause is None:
            return None
        causes.append(cause)
    # Roles are refused for much the same cause; a request has room for one.
    if causes:
        return causes[0]
    # No role reviews requests at all.
    return "not_allowed" if context.account.state is State.ACTIVE else "account_state"


def _may_request(policy: Policy, requester: Member) -> bool:
    """Return true if the requester is an active member in a role that sends or reviews requests."""
    return requester.active and bool(policy.role(requester.role).allowed & {"submit_requests", "review_requests"})


def _quotes_by_role(
    context: BillingContext, edits: Sequence[Edit], on: date
) -> Iterator[tuple[Member, Quote | Problem]]:
    """Yield a reviewer of each role, with the quote of the edits or the problem that they would get.

    Members of the same role may do the same, so that one of each is enough.
    """
    policy, account = context.policy, context.account
    tried_roles = set[str]()
    for member in account.members:
        if member.role in tried_roles or not member.active:
            continue
        tried_roles.add(member.role)
        if decide(policy, account, member, "review_requests", on).outcome is Outcome.ALLOWED:
            # A whole quote per role, since limits, ceilings and credit depend on the member and not only on the edits.
            try:
                yield member, quote(context, edits, member, on)
            except Problem as problem:
                yield member, problem


def _cause(result: Quote | Problem) -> Cause | None:
    """Return the cause of a refusal that people in the account cannot remove; None if they can, or there is none."""
    if isinstance(result, Problem):
        if isinstance(result, _SOLVABLE):
            return None
        return "not_sold" if isinstance(result, _NOT_SOLD) else "subscription"
    # A quote leaves out edits that change nothing: somebody has made all of them meanwhile.
    if not result.edits:
        return "done"
    refusal = result.refusal()
    return None if refusal is None or refusal.reason is None else _FINAL.get(refusal.reason)
