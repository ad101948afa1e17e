"""Check that the worker could do everything for every account."""

from typing import Final

from bursar.cli.checks.check import Check, ok, wrong
from bursar.jobs.parking import parked, parked_count

EXAMPLES: Final = 3


def parked_steps() -> Check:
    """Say for which accounts a step of the worker fails."""
    count = parked_count()
    if not count:
        return ok("parked", "no step of the worker fails for an account")
    examples = "; ".join(
        f"{step.step} of account {step.account_id}: {step.reason}, "
        f"tried {step.tries} times since {step.since:%Y-%m-%d %H:%M} UTC"
        for step in parked(EXAMPLES)
    )
    cure = 'mend what it names, or update Bursar; the desk page "Parked" and "bursar bill" try again at once'
    return wrong("parked", f"{count} steps of the worker wait for accounts that they fail for: {examples}", cure)
