"""Email addresses: one function checks them where they come in and where something is sent to them."""

import re
from typing import Final

from django.utils.encoding import punycode

from bursar.core.messages.problem import Invalid

MOST_ADDRESS: Final = 254
"""How many characters an address has at most. Source: RFC 5321, errata 1690."""
# RFC 5321's Dot-string and Domain. Its quoted form, "a b"@example.com, is left out on purpose: hardly anybody has such
# an address, and many programs on the way spoil it.
_ATOM: Final = r"[-!#$%&'*+/=?^_`{|}~0-9A-Za-z\u0080-\U0010ffff]+"
_LOCAL_PART: Final = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL: Final = r"[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?"
_DOMAIN: Final = re.compile(rf"localhost|{_LABEL}(?:\.{_LABEL})+")


class BadAddress(Invalid):
    """{address} is not an address that email can be sent to; give one such as ada@example.com."""

    code = "bad_address"


def sendable(address: str) -> str:
    """Return the address as it is handed to a mail server or provider, the domain in its ASCII form.

    Errors: BadAddress. Source: RFC 5321, 4.1.2; RFC 6531 for letters beyond ASCII before the @.
    """
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = punycode(domain)
    except UnicodeError:
        # No pattern matches an empty domain, so the address is refused below.
        ascii_domain = ""
    ascii_address = f"{local}@{ascii_domain}"
    # Each form that is stored or sent must fit: lower case and ASCII may be longer than what was typed.
    fits = max(len(address), len(address.lower()), len(ascii_address)) <= MOST_ADDRESS
    if not (fits and local.isprintable() and _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)):
        raise BadAddress(address=_excerpt(address))
    return ascii_address


def _excerpt(address: str) -> str:
    """Return the beginning of an address, enough to find it in the body of the call."""
    return "".join(letter for letter in address if letter.isprintable())[:60]
