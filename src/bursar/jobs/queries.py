"""When a worker was last seen."""

from dataclasses import dataclass
from datetime import datetime

from bursar.jobs.models import Round


@dataclass(frozen=True, slots=True)
class LastRound:
    """The last round of the workers; while it runs, it ended before it began, or never."""

    began_at: datetime
    ended_at: datetime | None
    failures: int

    @property
    def seen_at(self) -> datetime:
        """When a worker last said something."""
        return max(self.began_at, self.ended_at or self.began_at)

    @property
    def runs(self) -> bool:
        """Whether the round is not over yet, as far as anybody has said."""
        return self.ended_at is None or self.ended_at < self.began_at


def last_round() -> LastRound | None:
    """The last round of the workers, if there ever was one."""
    row = Round.objects.values_list("began_at", "ended_at", "failures").first()
    return LastRound(*row) if row else None
