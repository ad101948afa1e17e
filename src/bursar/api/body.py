"""Read JSON bodies, and refuse what the database could not keep."""

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from bursar.core.messages.document import BadJson, parse_json
from bursar.core.messages.problem import Invalid


class NotJson(Invalid):
    """Expected a JSON document as the body, without an entry given twice, the character NUL or halves of characters."""

    code = "bad_body"


class JsonParser(Parser):
    """The parser of every body. Errors: NotJson."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the value of the body."""
        return read_json(request.body)


def read_json(body: bytes) -> Any:
    """Return the value of a JSON text. Errors: NotJson."""
    try:
        return parse_json(body, "body")
    except BadJson:
        raise NotJson() from None
