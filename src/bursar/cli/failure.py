"""Report that a command failed: in a sentence, and with --json in a document as well."""

import json
import os
import sys
from contextlib import suppress
from typing import Final

import click
import psycopg

from bursar.cli.files import NotPrinted, say, warn
from bursar.core.messages.problem import Problem
from bursar.postgres import NotStarted, Unusable
from bursar.postgres.address import cure
from bursar.postgres.programs import NoPrograms

MOST_SHOWN: Final = 4000
"""How many characters of a sentence are shown; it may quote what was typed."""
# PostgreSQL's codes for a role without a right, and for a server that only reads, such as a standby.
NO_RIGHT: Final = "42501"
READ_ONLY: Final = "25006"


def explained(error: BaseException) -> tuple[str, str] | None:
    """Return the code and the sentence for what an operator can mend; None for a fault of our own."""
    if isinstance(error, Problem):
        return error.code, str(error)
    if isinstance(error, NotStarted | NoPrograms | Unusable):
        return "not_started", str(error)
    if isinstance(error, OSError):
        place = f"{error.filename} cannot be used" if error.filename else "something cannot be read or written"
        return "not_usable", f"{place}: {error.strerror or error}; mend that, or name another place"
    # Django puts an exception of its own before that of the database.
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    # All other errors of the database, such as a broken constraint, are faults of our own and need their traceback.
    if isinstance(cause, psycopg.OperationalError) or (
        isinstance(cause, psycopg.Error) and cause.sqlstate in (None, NO_RIGHT, READ_ONLY)
    ):
        sentence = " ".join((cause.diag.message_primary or str(cause)).split()) or type(cause).__name__
        return "database", f"the database cannot be used: {sentence}; {cure(sentence)}"
    return None


def fail(code: str, sentence: str, *, as_json: bool) -> None:
    """Print why a command failed: a sentence on the standard error; with --json a document on the standard output."""
    short_sentence = _short(" ".join(sentence.split()))
    warn(f"bursar: {short_sentence}")
    if as_json and code != NotPrinted.code:
        document(code, short_sentence)
    _settle_output()


def document(code: str, sentence: str) -> None:
    """Print a failure for a program; if the standard output takes nothing, the sentence has to do."""
    with suppress(NotPrinted):
        say(json.dumps({"code": code, "detail": sentence}, indent=2))


def shortened(error: click.ClickException) -> click.ClickException:
    """Return an error of click with its sentence cut: it may quote arguments of any length."""
    sentence = _short(error.format_message())
    return (
        click.UsageError(sentence, error.ctx) if isinstance(error, click.UsageError) else click.ClickException(sentence)
    )


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= MOST_SHOWN else f"{sentence[:MOST_SHOWN]}…"


def _settle_output() -> None:
    """Throw away output that was not taken: Python would try again as it ends, and fail with a traceback."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
