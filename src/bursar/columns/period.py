"""A column for a span of days."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange

from bursar.core.calendar.period import Span

if TYPE_CHECKING:
    _Column = models.Field[Span, Span]
else:
    _Column = DateRangeField


class SpanField(_Column):
    """A core `Span`, half-open, in a range of dates; the lookups of Django's range fields work on it."""

    def from_db_value(self, value: Any, expression: object, connection: object) -> Span | None:
        """Return the span of a range that the database gave."""
        return None if value is None else Span(value.lower, value.upper)

    def get_prep_value(self, value: Any) -> Any:
        """Return the range for the database."""
        if isinstance(value, Span):
            return DateRange(value.start, value.end, "[)")
        return super().get_prep_value(value)
