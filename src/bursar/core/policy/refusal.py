"""Refused: the problem raised when a decision does not allow a change."""

from bursar.core.messages.problem import Problem
from bursar.core.policy.policy import Decision


class Refused(Problem):
    """This needs {capability}, which is {outcome}."""

    code = "refused"

    def __init__(self, decision: Decision) -> None:
        super().__init__(capability=decision.capability, outcome=decision.outcome.value)
        self.decision = decision
