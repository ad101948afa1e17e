"""Seal secrets that must be read again, of second factors and links, under a key made from `SECRET_KEY`."""

from base64 import urlsafe_b64encode
from functools import cache
from typing import Any, Final

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

_SEALED: Final = "gAAAAA"
"""The beginning of sealed texts; secrets are base 32 or hexadecimal. Source: the Fernet specification."""
_SECRETS: Final = ("secret", "seed")
"""The entries with the secret in the row of an authenticator app or of recovery codes."""


def seal(text: str) -> str:
    """Return a secret in its sealed form."""
    return _present_key().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """Return the secret in a sealed text; a text from before secrets were sealed is returned as it is.

    Errors: InvalidToken if neither the present key nor a former one reads it.
    """
    # The present key is tried first, then those of before, in their order.
    return MultiFernet(_keys()).decrypt(text).decode() if text.startswith(_SEALED) else text


def is_sealed_under_present_key(text: str) -> bool:
    """Return true if a text is sealed under the present key."""
    try:
        _present_key().decrypt(text)
    except InvalidToken:
        return False
    return True


def reseal_second_factors() -> tuple[int, int]:
    """Seal the second factors that are not sealed under the present key; return how many, and how many no key reads.

    If no key reads some secret, the present key must be wrong, so nothing is sealed under it.
    """
    with transaction.atomic():
        # Passkeys hold a public key and no secret.
        rows = list(Authenticator.objects.exclude(type="webauthn").order_by("id").select_for_update())
        lost = sum(not _is_readable(row.data) for row in rows)
        behind = [] if lost else [row for row in rows if _needs_sealing(row.data)]
        for row in behind:
            sealed = {name: seal(unseal(row.data[name])) for name in _SECRETS if name in row.data}
            Authenticator.objects.filter(pk=row.pk).update(data={**row.data, **sealed})
    return len(behind), lost


def _is_readable(data: dict[str, Any]) -> bool:
    try:
        for name in _SECRETS:
            unseal(data.get(name, ""))
    except InvalidToken:
        return False
    return True


def _needs_sealing(data: dict[str, Any]) -> bool:
    """Return true if a secret in the data of a second factor is not sealed under the present key."""
    try:
        for name in _SECRETS:
            if name in data:
                _present_key().decrypt(data[name])
    except InvalidToken:
        return True
    return False


def _present_key() -> Fernet:
    return _key(settings.SECRET_KEY)


def _keys() -> list[Fernet]:
    return [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@cache
def _key(secret: str) -> Fernet:
    """Return a key made for sealing only, so that no other key made from the same secret opens a sealed text."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"bursar.second-factor").derive(secret.encode())
    return Fernet(urlsafe_b64encode(derived))
