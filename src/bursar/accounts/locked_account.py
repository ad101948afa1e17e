"""Transactions on an account, under its lock."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from bursar.accounts.queries import Customer, customer, member_state
from bursar.columns.statement import select, select_one
from bursar.core.events.account import AttemptRefused
from bursar.core.messages.problem import NotFound, Problem, phrase
from bursar.core.ordering.request import OnlyRequester
from bursar.core.policy.member import NotActive, OnlyOwner, check_active
from bursar.core.policy.policy import Actor, Member, Outcome, Policy, Reason, decide
from bursar.core.policy.refusal import Refused
from bursar.core.policy.sandbox_clock import NotTheirClock
from bursar.history.actions import actor_columns, record
from bursar.logs import counters


@contextmanager
def locked_account(
    account_id: UUID, actor: Actor, now: datetime, *, members: Iterable[UUID] = (), email: str = ""
) -> Iterator[Customer]:
    """Lock an account for one transaction, and yield it as it is then.

    The actor is among its members, and so are the members of some ids and of an email, if they are in the account.

    A refusal inside rolls everything back and is written into the history. Errors: NotFound.
    """
    # Set once the account is read. A refusal before that, for an account that does not exist, has no history to be in.
    on = None
    try:
        with transaction.atomic():
            lock(account_id)
            # Read after the lock: the transaction that held it may have changed all of this.
            acting = (actor.id,) if isinstance(actor, Member) else ()
            locked = customer(account_id, members=(*acting, *members), email=email)
            on = locked.today(now)
            yield locked
    except (Refused, OnlyOwner, OnlyRequester, NotTheirClock) as refused:
        if on is not None:
            # After the rollback, in a transaction of its own: the attempt is a fact although nothing came of it.
            attempt = _refused_attempt(refused)
            record(account_id=account_id, events=[attempt], actor=actor, on=on, now=now)
            _count_decision(actor, attempt.outcome)
        raise
    _count_decision(actor, Outcome.ALLOWED)


def _count_decision(actor: Actor, outcome: str) -> None:
    """Count the decision about a person or a program of the vendor; the system asks nobody."""
    kind = actor_columns(actor)["actor_kind"]
    if kind != "system":
        counters.decisions.labels(outcome, kind).inc()


def admit(policy: Policy, customer: Customer, member: Member, now: datetime, *, record_attempt: bool) -> None:
    """Raise NotActive unless a member is active; with `record_attempt` the history gets the attempt."""
    on = customer.today(now)
    try:
        check_active(policy, customer.account, member, member_state(customer.id, member.id), on)
    except NotActive:
        # Reading a page is no attempt: a suspended member who reloads it would fill the history.
        if record_attempt:
            event = AttemptRefused(capability="", outcome=Outcome.REFUSED.value, reason=NotActive.code)
            record(account_id=customer.id, events=[event], actor=member, on=on, now=now)
            _count_decision(member, Outcome.REFUSED)
        raise


_ATTEMPTS: Final[Mapping[type[Problem], str]] = {
    OnlyOwner: "pass_on",
    OnlyRequester: "withdraw",
    NotTheirClock: "move_clock",
}
"""Acts that only particular people may do and that no capability names, by the problem that others get."""


def _refused_attempt(refused: Problem) -> AttemptRefused:
    """Return the event of a refused attempt."""
    if isinstance(refused, Refused):
        decision = refused.decision
        reason = decision.reason.value if decision.reason else None
        return AttemptRefused(capability=decision.capability, outcome=decision.outcome.value, reason=reason)
    outcome, reason = Outcome.REFUSED.value, Reason.ROLE.value
    return AttemptRefused(capability="", outcome=outcome, reason=reason, attempt=_ATTEMPTS[type(refused)])


_LOCK: Final = "SELECT FROM accounts_accountstate WHERE account_id = %(account)s FOR UPDATE"


def lock(account_id: UUID) -> None:
    """Lock the account for the rest of the transaction, after all who hold it. Errors: NotFound."""
    # A statement of its own: rows read by the same statement would be those from before the wait.
    if select_one(_LOCK, account=account_id) is None:
        raise NotFound(what=phrase("account"))


def lock_free(account_ids: Collection[UUID]) -> list[UUID]:
    """Lock those of the accounts that nobody else holds, for the rest of the transaction; return them.

    A bill run waits for nobody: an account that somebody works with right now is due again in the next round.
    """
    return [account_id for (account_id,) in select(_LOCK_FREE, accounts=list(account_ids))]


_LOCK_FREE: Final = """
SELECT account_id FROM accounts_accountstate WHERE account_id = ANY(%(accounts)s) FOR UPDATE SKIP LOCKED
"""


def permit(policy: Policy, customer: Customer, actor: Actor, capability: str, now: datetime) -> None:
    """Raise Refused, with the decision, unless the actor may do this at once by the role that they have now."""
    # While the actor waited for the lock, the transaction before it may have changed their role.
    decision = decide(policy, customer.account, customer.as_of_now(actor), capability, customer.today(now))
    if decision.outcome is not Outcome.ALLOWED:
        raise Refused(decision)
