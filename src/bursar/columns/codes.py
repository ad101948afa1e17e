"""Columns that hold one of a closed set of codes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField

ACTOR_KINDS: Final = ("vendor", "member", "system")


class CodeField(_Text):
    """A text that the database refuses unless it is one of `codes`.

    Not `choices`, which only forms would check, and no enum type of PostgreSQL, from which no code can be removed.
    """

    def __init__(self, codes: Sequence[str], **options: Any) -> None:
        self.codes = tuple(codes)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        """Return the arguments that a migration writes."""
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "codes": self.codes}

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """Return the condition of the column's check."""
        return f"{connection.ops.quote_name(self.column or '')} IN ({', '.join(_quoted(code) for code in self.codes)})"


def actor_is_named(table: str) -> models.CheckConstraint:
    """Return the check that a row with a member as its actor names the member."""
    return models.CheckConstraint(
        condition=~models.Q(actor_kind="member") | models.Q(actor_id__isnull=False), name=f"{table}_actor_is_named"
    )


def _quoted(code: str) -> str:
    # A check has no parameters, so the codes become part of the statement.
    if not code.replace("_", "").isalnum():
        raise ValueError(f"{code!r} is no code")
    return f"'{code}'"
