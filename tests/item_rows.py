"""Items written as the database writes them: from the day on that has changed, and none of the days before."""

from collections.abc import Iterable
from dataclasses import replace

from bursar.core.subscription.agreed_item import AgreedItem, items_from
from bursar.core.subscription.timeline import Timeline


def written(rows: Iterable[AgreedItem], before: Timeline, after: Timeline) -> tuple[AgreedItem, ...]:
    """Return the rows once a timeline has taken the place of another."""
    for turn in items_from(before, after):
        others = [row for row in rows if row.product != turn.product]
        stay = [row for row in rows if row.product == turn.product and row.starts_on < turn.on]
        cut = [replace(row, ends_on=min(row.ends_on or turn.on, turn.on)) for row in stay]
        rows = (*others, *cut, *turn.items)
    return tuple(rows)
