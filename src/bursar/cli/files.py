"""Reading what the operator names on the command line, and printing what was found."""

import json
from pathlib import Path
from typing import Any, Final

import click

from bursar.core.problem import Invalid

MOST_BYTES: Final = 4_000_000


class NotReadable(Invalid):
    """{file} cannot be read: {detail}."""

    code = "not_readable"


class NotJson(Invalid):
    """{file}, line {line}: expected a JSON document ({detail})."""

    code = "bad_json"


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def read_text(file: str) -> str:
    """The text of a file. Errors: NotReadable."""
    path = Path(file)
    try:
        if path.is_file() and path.stat().st_size > MOST_BYTES:
            raise NotReadable(file=file, detail=f"it is larger than {MOST_BYTES} bytes")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise NotReadable(file=file, detail="it is not UTF-8 text") from None
    except OSError as error:
        raise NotReadable(file=file, detail=error.strerror or str(error)) from None


def read_json(text: str, file: str) -> Any:
    """The value of a JSON text. Errors: NotJson."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise NotJson(file=file, line=error.lineno, detail=error.msg) from None
    except ValueError:
        raise NotJson(file=file, line=1, detail="a whole number with too many digits") from None
    except RecursionError:
        raise NotJson(file=file, line=1, detail="too many lists within lists") from None


def show(document: Any, as_json: bool, text: str) -> None:
    """Print a result for a program, or for a person."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else text)
