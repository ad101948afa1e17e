"""The answer to somebody who may not do what they tried."""

from bursar.core.policy import Decision
from bursar.core.problem import Problem


class Refused(Problem):
    """This needs {capability}, which is {outcome}."""

    code = "refused"

    def __init__(self, decision: Decision) -> None:
        super().__init__(capability=decision.capability, outcome=decision.outcome.value)
        self.decision = decision
