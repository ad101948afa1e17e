"""Reading what was sent, so that nothing gets further in that a database cannot keep."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from bursar.core.problem import Invalid


class NotJson(Invalid):
    """Expected a JSON document as the body, without an entry given twice, the character NUL or halves of characters."""

    code = "bad_body"


class JsonParser(Parser):
    """The parser of every body. Errors: NotJson."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value that was sent."""
        return read_json(request.body)


def read_json(body: bytes) -> Any:
    """The value of a JSON text. Errors: NotJson."""
    try:
        found = json.loads(body, parse_constant=_refuse, object_pairs_hook=_once_each)
        kept = json.dumps(found, ensure_ascii=False)
        kept.encode()
    except (ValueError, RecursionError):
        raise NotJson() from None
    if "\\u0000" in kept:
        raise NotJson()
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of which no entry is given twice: who reads it could take either."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an entry is there twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
