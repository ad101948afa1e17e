"""Many rows, read some at a time."""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from django.db.models import QuerySet

SIZE: Final = 500
Row = TypeVar("Row")


def in_parts(rows: QuerySet[Any, Row], key: Callable[[Row], Any]) -> Iterator[Row]:
    """Yield rows in the order of their primary keys, which `key` returns; no more than a part is in memory.

    A cursor of the database does the same, but outlives its statement: behind a pooler the next part would be asked of
    another connection.
    """
    rows = rows.order_by("pk")
    part = list(rows[:SIZE])
    while part:
        yield from part
        part = list(rows.filter(pk__gt=key(part[-1]))[:SIZE]) if len(part) == SIZE else []
