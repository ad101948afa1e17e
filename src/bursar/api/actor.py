"""As whom a call is made: the header Bursar-Actor."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest

from bursar.core.messages.problem import Problem

HEADER: Final = "HTTP_BURSAR_ACTOR"
_EXPECTED: Final = re.compile(r"(?:[!-$&-+\--~]|%[0-9A-Fa-f]{2})+")
"""Letters that a header can carry, but for the comma, which may come of two headers; all else percent-encoded."""


class BadActor(Problem):
    """Bursar-Actor cannot be read: expected the email of one member, percent-encoded where it is not ASCII (zo%C3%AB@customer.example); leave it out to call as the vendor."""  # noqa: E501

    code = "bad_actor"


def named(request: HttpRequest) -> str | None:
    """Return the address in Bursar-Actor, in small letters, or None where there is no such header.

    A header that is there and empty is not one that is absent: whoever the call speaks for is never the vendor.
    Errors: BadActor.
    """
    sent = request.META.get(HEADER)
    if sent is None:
        return None
    text = sent.strip(" \t")
    if not _EXPECTED.fullmatch(text):
        raise BadActor()
    try:
        address = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise BadActor() from None
    if not address.isprintable() or " " in address:
        raise BadActor()
    return address.lower()
