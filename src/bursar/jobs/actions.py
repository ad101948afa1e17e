"""Writing down that a worker is alive."""

from datetime import datetime

from bursar.jobs.models import Round


def begin_round(now: datetime) -> None:
    """A round of a worker begins."""
    Round.objects.update_or_create(id=1, defaults={"began_at": now})


def end_round(now: datetime, failures: int) -> None:
    """A round of a worker is over; for so many things it failed."""
    Round.objects.filter(id=1).update(ended_at=now, failures=failures)
