"""Rules that live data must meet at any moment, and their violations. The docstring of a function states its rule.

`billed`, `paid`, `refunded` and `kept` put their rules to whole tables, one statement each. `agreed` decides every
account again from what was agreed, which takes longer: that is for whoever asks for it.
"""

from bursar.jobs.invariants.look import BOOK_RULES, SET_RULES, violations
from bursar.jobs.invariants.rule import Violation

__all__ = ["BOOK_RULES", "SET_RULES", "Violation", "violations"]
