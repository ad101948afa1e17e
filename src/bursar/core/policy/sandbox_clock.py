"""Who may move the clock of a sandbox account."""

from dataclasses import replace
from datetime import date

from bursar.core.messages.problem import Problem
from bursar.core.policy.capability import CHANGING
from bursar.core.policy.policy import Account, Actor, Outcome, Policy, State, decide


class NotTheirClock(Problem):
    """Only people who may change the subscription move the clock of this account; ask one of them, or the vendor."""

    code = "not_their_clock"


def may_move_clock(policy: Policy, account: Account, actor: Actor, on: date) -> bool:
    """Return True if the actor may change anything of the subscription at once, or might if the account were active."""
    active = replace(account, state=State.ACTIVE)
    return any(decide(policy, active, actor, one, on).outcome is Outcome.ALLOWED for one in CHANGING)


def check_clock(policy: Policy, account: Account, actor: Actor, on: date) -> None:
    """Raise NotTheirClock unless the actor may move the clock."""
    if not may_move_clock(policy, account, actor, on):
        raise NotTheirClock()
