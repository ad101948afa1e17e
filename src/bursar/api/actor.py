"""Read the header Bursar-Actor, which names the member that a call is made for."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest

from bursar.core.messages.problem import Problem

HEADER: Final = "HTTP_BURSAR_ACTOR"
_EXPECTED: Final = re.compile(r"(?:[!-$&-+\--~]|%[0-9A-Fa-f]{2})+")
"""Printable ASCII, other characters percent-encoded. No comma: servers join two headers of one name with it."""


class BadActor(Problem):
    """Bursar-Actor cannot be read: expected the email of one member, percent-encoded where it is not ASCII (zo%C3%AB@customer.example); leave it out to call as the vendor."""  # noqa: E501

    code = "bad_actor"


def actor_address(request: HttpRequest) -> str | None:
    """Return the address in Bursar-Actor in lower case, or None if the header is absent.

    An empty header is refused: read as absent, it would turn a call for a member into a call of the vendor.
    Errors: BadActor.
    """
    header = request.META.get(HEADER)
    if header is None:
        return None
    text = header.strip(" \t")
    if not _EXPECTED.fullmatch(text):
        raise BadActor()
    try:
        # `unquote` would put a replacement character in place of bytes that are no UTF-8, and so name another address.
        address = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise BadActor() from None
    # An encoded %00 or %0A passes the pattern; PostgreSQL refuses the first, and logs must not contain the second.
    if not address.isprintable() or " " in address:
        raise BadActor()
    return address.lower()
