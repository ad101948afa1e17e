"""One transaction on one account, under its lock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from bursar.accounts.queries import Customer, customer, member_state
from bursar.columns.statement import select_one
from bursar.core.events.account import AttemptRefused
from bursar.core.messages.problem import NotFound, Problem, phrase
from bursar.core.ordering.request import OnlyRequester
from bursar.core.policy.member import NotActive, OnlyOwner, check_active
from bursar.core.policy.policy import Actor, Member, Outcome, Policy, Reason, decide
from bursar.core.policy.refusal import Refused
from bursar.core.policy.sandbox_clock import NotTheirClock
from bursar.history.actions import columns, record
from bursar.logs import counters


@contextmanager
def locked_account(account_id: UUID, actor: Actor, now: datetime) -> Iterator[Customer]:
    """The account as it stands under its lock; what is done inside is done together or not at all.

    A refusal inside undoes everything and is written into the history. Errors: NotFound.
    """
    on = None
    try:
        with transaction.atomic():
            lock(account_id)
            found = customer(account_id)
            on = found.today(now)
            yield found
    except (Refused, OnlyOwner, OnlyRequester, NotTheirClock) as refused:
        if on is not None:
            tried = _tried(refused)
            record(account_id=account_id, events=[tried], actor=actor, on=on, now=now)
            _count(actor, tried.outcome)
        raise
    _count(actor, Outcome.ALLOWED)


def _count(actor: Actor, outcome: str) -> None:
    """Count what a person or a program of the vendor tried; what falls due by itself is no decision."""
    kind = columns(actor)["actor_kind"]
    if kind != "system":
        counters.decisions.labels(outcome, kind).inc()


def admit(policy: Policy, customer: Customer, member: Member, now: datetime, *, tries: bool) -> None:
    """Raise NotActive unless a member is active; what they try to do is written into the history."""
    on = customer.today(now)
    try:
        check_active(policy, customer.account, member, member_state(customer.id, member.id), on)
    except NotActive:
        if tries:
            event = AttemptRefused(capability="", outcome=Outcome.REFUSED.value, reason=NotActive.code)
            record(account_id=customer.id, events=[event], actor=member, on=on, now=now)
            _count(member, Outcome.REFUSED)
        raise


_NOT_THEIRS: Final[Mapping[type[Problem], str]] = {
    OnlyOwner: "pass_on",
    OnlyRequester: "withdraw",
    NotTheirClock: "move_clock",
}
"""Acts of particular people that no capability names, by the problem that anybody else is told."""


def _tried(refused: Problem) -> AttemptRefused:
    """Return a refused attempt as the history keeps it."""
    if isinstance(refused, Refused):
        made = refused.decision
        reason = made.reason.value if made.reason else None
        return AttemptRefused(capability=made.capability, outcome=made.outcome.value, reason=reason)
    outcome, reason = Outcome.REFUSED.value, Reason.ROLE.value
    return AttemptRefused(capability="", outcome=outcome, reason=reason, attempt=_NOT_THEIRS[type(refused)])


_LOCK: Final = "SELECT FROM accounts_accountstate WHERE account_id = %(account)s FOR UPDATE"


def lock(account_id: UUID) -> None:
    """Wait until nobody else decides about the account, for the rest of the transaction. Errors: NotFound."""
    # A statement of its own: what is read together with the lock is read as it was before waiting for it.
    if select_one(_LOCK, account=account_id) is None:
        raise NotFound(what=phrase("account"))


def permit(policy: Policy, customer: Customer, actor: Actor, capability: str, now: datetime) -> None:
    """Raise Refused, with the decision, unless the actor may do this at once, as they stand under the lock."""
    # Whoever waited for the lock may have lost their role to whoever had it.
    decision = decide(policy, customer.account, customer.as_of_now(actor), capability, customer.today(now))
    if decision.outcome is not Outcome.ALLOWED:
        raise Refused(decision)
