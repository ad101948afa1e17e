"""Write the place of an exception without its message, which may quote an address, a name or a secret."""

import errno
import traceback
from collections.abc import Iterator

import psycopg

from bursar.core.messages.problem import Problem


def trace(error: BaseException) -> str:
    """Return the lines of an exception, its causes and its parts: for each the class, facts and places in the code."""
    return "\n".join(_lines(error, set()))


def _lines(error: BaseException, seen: set[int]) -> Iterator[str]:
    # Exceptions may name each other as their causes.
    seen.add(id(error))
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in seen:
        yield from _lines(cause, seen)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    yield from (place.rstrip() for place in traceback.format_tb(error.__traceback__))
    yield _kind(error)
    if isinstance(error, BaseExceptionGroup):
        for number, part in enumerate(error.exceptions, 1):
            if id(part) not in seen:
                yield f"of which {number}:"
                yield from (f"  {line}" for line in _lines(part, seen))


def _kind(error: BaseException) -> str:
    facts = dict(_facts(error))
    fact_text = ", ".join(f"{name}={value}" for name, value in facts.items() if value)
    return f"{type(error).__module__}.{type(error).__qualname__}" + (f" ({fact_text})" if fact_text else "")


def _facts(error: BaseException) -> Iterator[tuple[str, str | None]]:
    """Yield the codes and names that an exception carries and that nobody typed."""
    if isinstance(error, Problem):
        yield "code", error.code
    elif isinstance(error, psycopg.Error):
        yield "sqlstate", error.sqlstate
        yield "table", error.diag.table_name
        yield "constraint", error.diag.constraint_name
    elif isinstance(error, OSError):
        yield "errno", errno.errorcode.get(error.errno or 0)
