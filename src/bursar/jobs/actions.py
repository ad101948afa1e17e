"""Writing down that a worker is alive."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from bursar.jobs.models import Round

CLEARED_EVERY: Final = timedelta(hours=1)


def begin_round(now: datetime) -> None:
    """A round of a worker begins."""
    Round.objects.update_or_create(id=1, defaults={"began_at": now})


def begin_clearing(now: datetime) -> bool:
    """Return whether it is time again to delete what is kept no longer; of several workers one is told so."""
    due = Q(cleared_at=None) | Q(cleared_at__lte=now - CLEARED_EVERY)
    return bool(Round.objects.filter(due, id=1).update(cleared_at=now))


def end_round(now: datetime, failures: int) -> None:
    """A round of a worker is over; for so many things it failed."""
    Round.objects.filter(id=1).update(ended_at=now, failures=failures)
