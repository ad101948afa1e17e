"""A round of the worker: each step has its turn, and what fails for an account is logged and parked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, Final
from uuid import UUID

from bursar.catalog.queries import NoCatalog
from bursar.jobs import models, parking
from bursar.jobs.batches import Pace, in_halves
from bursar.jobs.billing import bill
from bursar.logs import counters, log
from bursar.policy.queries import NoPolicy

BATCH: Final = 500
"""How many tasks of a step a round does at most; the next round goes on."""
RENEWING_SECONDS: Final = 10
"""How long a round renews before the other steps have their turn; the next round goes on."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the worker: `due` reads so many tasks, the longest waiting first, and `act` does some of them, or none.

    `together` is how many tasks `act` is given at most. `about` returns the ids that the log names for a task.
    """

    name: str
    due: Callable[[datetime, int], Sequence[Any]]
    act: Callable[[Sequence[Any], datetime], object]
    about: Callable[[Any], dict[str, UUID]]
    together: int = 1

    @property
    def parks(self) -> bool:
        """True if it is parked for an account that it fails for; facts and emails count their own tries."""
        return self.name in models.STEPS

    def account_of(self, task: Any) -> UUID | None:
        """Return the account that the step is parked for if the task fails."""
        return self.about(task)["account"] if self.parks else None


@dataclass(slots=True)
class WorkerRound:
    """A round of the worker: the number of things done, and the failures."""

    now: datetime
    done: int = 0
    failures: list[Exception] = field(default_factory=list)

    def renew(self) -> None:
        """Renew what is due, batch by batch, for some seconds."""
        began = monotonic()
        try:
            for renewed in bill(self.now, now=self.now, fail=self._not_renewed):
                # An account whose payment is open stays due without anything done for it.
                self.done += sum(bool(account.transitions) for account in renewed)
                if monotonic() - began > RENEWING_SECONDS:
                    return
        except (NoCatalog, NoPolicy) as failure:
            # No account is to blame, so none is parked.
            self._fail("renew", failure, {})

    def take(self, step: Step) -> None:
        """Do what is due of a step. One account's failure does not keep the others waiting."""
        waiting = parking.waiting(step.name, self.now) if step.parks else frozenset[UUID]()
        # The parked ones may be the first that are due: so many more are read, and nobody waits behind them.
        limit = BATCH + len(waiting)
        due = step.due(self.now, limit)
        tasks = [task for task in due if step.account_of(task) not in waiting][:BATCH]
        pace = Pace(step.together)
        while tasks:
            batch, tasks = tasks[: pace.size], tasks[pace.size :]
            for count in in_halves(partial(pace.timed, partial(self._act, step)), batch, partial(self._not_done, step)):
                self.done += count
        # Only then everything that is due had its turn, so what was parked and is due no more is done.
        if len(due) < limit:
            parking.unpark(step.name, self.now)

    def _act(self, step: Step, tasks: Sequence[Any]) -> int:
        step.act(tasks, self.now)
        return len(tasks)

    def _not_done(self, step: Step, task: Any, failure: Exception) -> None:
        self._fail(step.name, failure, step.about(task))
        if step.parks:
            parking.park(step.about(task)["account"], step.name, failure, now=self.now)

    def _not_renewed(self, account_id: UUID, failure: Exception) -> None:
        self._fail("renew", failure, {"account": account_id})
        parking.park(account_id, "renew", failure, now=self.now)

    def _fail(self, step: str, failure: Exception, about: Mapping[str, UUID]) -> None:
        counters.failures.labels("worker").inc()
        ids = {name: str(value) for name, value in about.items()}
        log.error("a step of the worker failed", step=step, exc_info=failure, **ids)
        self.failures.append(failure)
