"""Read TOML and JSON documents. Each problem says its place, the value expected and the value found."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from bursar.core.messages.problem import Invalid

MOST_TEXT: Final = 200
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
# One digit more than Python reads as a number (`sys.int_info.default_max_str_digits`).
_LONG: Final = re.compile(r"[0-9_]{4301}")
# tomllib says the place of a fault in its message alone.
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class BadDocument(Invalid):
    """The document cannot be read."""

    code = "bad_document"


class BadToml(BadDocument):
    """{file}, line {line}: expected a TOML document ({detail})."""


class BadJson(BadDocument):
    """{file}, line {line}: expected a JSON document ({detail})."""

    code = "bad_json"


class NotTable(BadDocument):
    """{at}: expected a table of names and values, found {found}."""


class NotList(BadDocument):
    """{at}: expected a list, found {found}."""


class NotText(BadDocument):
    """{at}: expected a text of 1 to {most} characters, found {found}."""


class NotCode(BadDocument):
    """{at}: expected a code of small letters, digits and underscores that starts with a letter, found {found}."""


class NotWhole(BadDocument):
    """{at}: expected a whole number from {least} to {most}, found {found}."""


class NotTrueOrFalse(BadDocument):
    """{at}: expected true or false, found {found}."""


class NotKnown(BadDocument):
    """{at}: expected one of {known}, found {found}."""


class UnknownEntry(BadDocument):
    """{at}: there is no entry {entry} here; the entries are {known}."""


class MissingEntry(BadDocument):
    """{at}: the entry {entry} is missing."""


class Repeated(BadDocument):
    """{at}: {found} is there already."""


def parse_toml(text: str, file: str) -> Mapping[str, object]:
    """Return the document in the text of a TOML file. Errors: BadToml, with file and line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        # Without a line the fault is at the end of the document, so its last line is named.
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        raise BadToml(file=file, line=line, detail=_PLACE.sub("", str(error))) from None
    except ValueError:
        # Python converts no number of more than 4300 digits; tomllib does not say where it met one.
        long = _LONG.search(text)
        line = text.count("\n", 0, long.start()) + 1 if long else 1
        raise BadToml(file=file, line=line, detail="a whole number with too many digits") from None
    except RecursionError:
        # Lists nested some thousand deep exhaust the parser; that is the author's mistake and not a failure of ours.
        raise BadToml(file=file, line=1, detail="too many lists within lists") from None


def parse_json(text: str | bytes, file: str) -> Any:
    """Return the value of a JSON text that the database can store. Errors: BadJson, with file and line."""
    line, detail = 1, ""
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_repeated_names)
        stored = json.dumps(value, ensure_ascii=False)
        # Raises UnicodeError for half of a surrogate pair, which JSON can write and UTF-8 cannot.
        stored.encode()
        # PostgreSQL's jsonb refuses the character NUL.
        if "\\u0000" not in stored:
            return value
        detail = "the character NUL is in it"
    except _NotStorable as error:
        detail = str(error)
    except json.JSONDecodeError as error:
        line, detail = error.lineno, error.msg
    except UnicodeError:
        detail = "it is not UTF-8 text, or has halves of characters"
    except ValueError:
        detail = "a whole number with too many digits"
    except RecursionError:
        detail = "too many lists within lists"
    raise BadJson(file=file, line=line, detail=detail)


class _NotStorable(ValueError):
    """A text that Python reads as JSON and that Bursar refuses."""


def _without_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object. Errors: _NotStorable for a repeated name, of which a reader could take either value."""
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise _NotStorable("an entry is given twice")
    return entries


def _refuse_constant(constant: str) -> None:
    # Python reads NaN and Infinity as numbers; JSON has neither, and PostgreSQL refuses both.
    raise _NotStorable(f"{constant} is no JSON")


def check_code(value: object, at: str) -> str:
    """Return a value if it is a code. Errors: NotCode."""
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise NotCode(at=at, found=excerpt(value))
    return value


def check_word(value: object, at: str, known: Iterable[str]) -> str:
    """Return a value if it is one of the known words. Errors: NotKnown, which names them."""
    known = tuple(known)
    if not isinstance(value, str) or value not in known:
        raise NotKnown(at=at, known=", ".join(known), found=excerpt(value))
    return value


def excerpt(value: object) -> str:
    """Return a value shortened for a message."""
    if isinstance(value, Mapping | list | tuple):
        return "{…}" if isinstance(value, Mapping) else "[…]"
    short = repr(value)
    return short if len(short) <= 60 else f"{short[:59]}…"
