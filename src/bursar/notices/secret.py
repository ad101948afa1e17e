"""The secret part of a link by which an email lets somebody in: kept sealed, and filled in for its reader."""

import re
from dataclasses import dataclass
from typing import Final

from bursar.identity.sealing import seal, unseal

HOLE: Final = "\ue000"
"""Stands in a kept text for the secret; no name or address has this character."""
LINK: Final = re.compile(r"/(?:invitation|me/address|sign-in/password|sign-in(?!/link\b))/([^\s\"<]+)")
"""The form of a link in emails that were kept before their secrets were sealed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The content of an email as tables hold it: its secret apart from its text, and sealed."""

    text: str
    html: str
    secret: str


def sealed(text: str, html: str, secret: str) -> Sealed:
    """Return an email as tables hold it; one without a secret as it is."""
    if not secret:
        return Sealed(text, html, "")
    return Sealed(text.replace(secret, HOLE), html.replace(secret, HOLE), seal(secret))


def filled(text: str, secret: str) -> str:
    """Return a kept text as its reader gets it. Errors: InvalidToken where no key reads the secret."""
    return text.replace(HOLE, unseal(secret)) if secret else text


def found(text: str) -> str:
    """Return the secret in a text that was kept before secrets were sealed; nothing if it has none."""
    link = LINK.search(text)
    return link[1] if link else ""
