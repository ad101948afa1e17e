"""Of what people are told, and who: the whole catalogue on one page.

| what happened                                   | who is told                                     |
|-------------------------------------------------|-------------------------------------------------|
| a request was made or withdrawn                 | whoever may review requests, but not who did it |
| a request was approved or rejected, or expired  | whoever made it                                 |
| ownership passed on                             | the owners before and after, and billing admins |
| somebody became or no longer is a billing admin | they themselves                                 |
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from bursar.accounts.queries import Customer
from bursar.core.member import BILLING_ADMIN, OWNER
from bursar.core.policy import Member, Outcome, Policy, decide
from bursar.history.queries import Fact
from bursar.subscriptions.queries import request

Whom = Callable[[Customer, Policy, Fact], list[Member]]


def concerned(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    """The active members who are told of a fact."""
    return [one for one in WHOM[fact.kind](customer, policy, fact) if one.active]


def _reviewers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [
        one
        for one in customer.account.members
        if one.id != fact.actor_id
        and decide(policy, customer.account, one, "review_requests", fact.on).outcome is Outcome.ALLOWED
    ]


def _requester(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    asked = request(customer.id, UUID(fact.data["request"]))
    return _named(customer, asked.member_id)


def _owners(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    both = {UUID(fact.data["before"]), UUID(fact.data["after"])}
    return [one for one in customer.account.members if one.id in both or one.role in (OWNER, BILLING_ADMIN)]


def _appointed(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    roles = (fact.data["before"], fact.data["after"])
    if BILLING_ADMIN not in roles or roles[0] == roles[1]:
        return []
    return _named(customer, UUID(fact.data["member"]))


def _named(customer: Customer, member_id: UUID) -> list[Member]:
    return [one for one in customer.account.members if one.id == member_id]


WHOM: Final[Mapping[str, Whom]] = {
    "request_submitted": _reviewers,
    "request_withdrawn": _reviewers,
    "request_approved": _requester,
    "request_rejected": _requester,
    "request_expired": _requester,
    "owner_changed": _owners,
    "member_changed": _appointed,
}
"""Who is told of each kind of fact."""


def page_of(account_id: UUID, data: Mapping[str, Any]) -> str:
    """The path of the page on which more is to be seen."""
    if "request" in data:
        return f"/accounts/{account_id}/requests/{data['request']}"
    return f"/accounts/{account_id}"
