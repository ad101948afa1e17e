"""The clock of a sandbox account: the check that an actor may move it."""

from dataclasses import replace
from datetime import date

from bursar.core.messages.problem import Problem
from bursar.core.policy.capability import CHANGING
from bursar.core.policy.policy import Account, Actor, Outcome, Policy, State, decide


class NotTheirClock(Problem):
    """Only people who may change the subscription move the clock of this account; ask one of them, or the vendor."""

    code = "not_their_clock"


def may_move_clock(policy: Policy, account: Account, actor: Actor, on: date) -> bool:
    """Return true if the actor may change anything of the subscription at once, were the account active."""
    # A suspended sandbox is tried out by moving its clock too, so its state does not matter.
    active = replace(account, state=State.ACTIVE)
    return any(decide(policy, active, actor, capability, on).outcome is Outcome.ALLOWED for capability in CHANGING)


def check_clock(policy: Policy, account: Account, actor: Actor, on: date) -> None:
    """Raise NotTheirClock unless the actor may move the clock."""
    if not may_move_clock(policy, account, actor, on):
        raise NotTheirClock()
