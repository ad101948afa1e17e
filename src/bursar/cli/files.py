"""Read the files that an operator names, and print results."""

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import click

from bursar.core.messages.problem import Invalid, Problem
from bursar.core.messages.text import escaped

MOST_BYTES: Final = 4_000_000
"""Many times the size of the largest catalog; a disk image named by mistake must not fill the memory."""


class NotReadable(Invalid):
    """{file} cannot be read: {detail}."""

    code = "not_readable"


class NotPrinted(Problem):
    """The answer cannot be printed: {detail}. Give the command an output that takes it, and look what it did."""

    code = "not_printed"


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def read_text(file: str) -> str:
    """Return the text of a file. Errors: NotReadable."""
    path = Path(file)
    try:
        # Only a regular file has a size: /dev/stdin, or a pipe of the shell, is read as it comes.
        if path.is_file() and path.stat().st_size > MOST_BYTES:
            raise NotReadable(file=file, detail=f"it is larger than {MOST_BYTES} bytes")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise NotReadable(file=file, detail="it is not UTF-8 text") from None
    except OSError as error:
        raise NotReadable(file=file, detail=error.strerror or str(error)) from None


def show(document: Any, as_json: bool, text: str) -> None:
    """Print a result for a program, or for a person. Errors: NotPrinted."""
    say(json.dumps(document, indent=2) if as_json else text)


def say(text: str, *, nl: bool = True) -> None:
    """Print a text, its control characters escaped: a name must not move a terminal's cursor. Errors: NotPrinted."""
    # Python has no standard output if the shell closed it: `>&-`.
    if sys.stdout is None:
        raise NotPrinted(detail="the standard output is closed")
    try:
        click.echo(escaped(text), nl=nl)
    except OSError as error:
        raise NotPrinted(detail=error.strerror or str(error)) from None


def warn(text: str) -> None:
    """Print a text on the standard error; if that takes nothing, there is nobody to tell."""
    with suppress(OSError):
        click.echo(escaped(text), err=True)
