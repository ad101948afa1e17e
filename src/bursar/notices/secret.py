"""Seal the secret of a link that lets a reader in while the email is stored, and fill it in when it is sent."""

import re
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any, Final

from cryptography.fernet import InvalidToken
from django.db.models import Q, QuerySet

from bursar.columns.parts import in_parts
from bursar.identity.sealing import is_sealed_under_present_key, seal, unseal
from bursar.notices.models import Email, PersonalEmail

INVITATION: Final = "/invitation/"
"""Part of every link to an invitation."""
PLACEHOLDER: Final = "\ue000"
"""The sign in a stored text that stands for the secret. It is of no alphabet, so no name or address has it."""
LINK: Final = re.compile(r"/(?:invitation|me/address|sign-in/password|sign-in(?!/link\b))/([^\s\"<]+)")
"""The form of a link in emails that were stored before their secrets were sealed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The content of an email as its row stores it: its secret sealed, and apart from its text."""

    text: str
    html: str
    secret: str


def seal_content(text: str, html: str, secret: str) -> Sealed:
    """Return an email as its row stores it; one without a secret stays as it is."""
    if not secret:
        return Sealed(text, html, "")
    return Sealed(text.replace(secret, PLACEHOLDER), html.replace(secret, PLACEHOLDER), seal(secret))


def fill_secret(text: str, secret: str) -> str:
    """Return a stored text as its reader gets it. Errors: InvalidToken if no key reads the secret."""
    return text.replace(PLACEHOLDER, unseal(secret)) if secret else text


def find_secret(text: str) -> str:
    """Return the secret in a text that was stored before secrets were sealed; empty if it has none."""
    link = LINK.search(text)
    return link[1] if link else ""


def reseal_secrets() -> int:
    """Seal the secrets of emails under the present key, if they are not yet; return how many."""
    count = 0
    for kind in (Email, PersonalEmail):
        linked = Q(text__contains=INVITATION) | Q(text__contains="/sign-in/") | Q(text__contains="/me/address/")
        rows: QuerySet[Any] = kind.objects.exclude(state="sent").filter(~Q(secret="") | linked)
        for row in in_parts(rows, attrgetter("pk")):
            columns = _resealed_columns(row)
            # The worker may be sending this email meanwhile and have emptied its secret; then it stays empty.
            count += kind.objects.filter(pk=row.pk, secret=row.secret).update(**columns) if columns else 0
    return count


def _resealed_columns(row: Email | PersonalEmail) -> dict[str, str]:
    """Return the columns of an email under the present key; none if they are so already, or if no key reads them."""
    if not row.secret:
        secret = find_secret(row.text)
        return asdict(seal_content(row.text, row.html, secret)) if secret else {}
    if is_sealed_under_present_key(row.secret):
        return {}
    try:
        return {"secret": seal(unseal(row.secret))}
    except InvalidToken:
        # Nothing can read it any more. Sending it fails with a reason, which the desk shows.
        return {}
