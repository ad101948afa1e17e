"""Secrets that are read again, those of second factors and of links, sealed under a key made from `SECRET_KEY`."""

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
"""How every sealed text begins, and no secret: those are base 32 or hexadecimal. Source: the Fernet specification."""
_SECRETS: Final = ("secret", "seed")
"""Where the row of an authenticator app, or of recovery codes, has its secret."""


def seal(text: str) -> str:
    """A secret as tables hold it."""
    return _present().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """The secret that a table holds; one of before secrets were sealed stands there as it is.

    Errors: InvalidToken where neither the present key nor one of before it reads it.
    """
    return MultiFernet(_keys()).decrypt(text).decode() if text.startswith(_SEALED) else text


def is_present(text: str) -> bool:
    """Return whether a text is sealed under the present key."""
    try:
        _present().decrypt(text)
    except InvalidToken:
        return False
    return True


def seal_anew() -> tuple[int, int]:
    """Seal under the present key what stands open or under a key of before: how many were, and how many nothing reads.

    If there is one that nothing reads the key is the wrong one, and nothing is sealed under it.
    """
    with transaction.atomic():
        rows = list(Authenticator.objects.exclude(type="webauthn").order_by("id").select_for_update())
        lost = sum(not _readable(row.data) for row in rows)
        behind = [] if lost else [row for row in rows if _behind(row.data)]
        for row in behind:
            sealed = {name: seal(unseal(row.data[name])) for name in _SECRETS if name in row.data}
            Authenticator.objects.filter(pk=row.pk).update(data={**row.data, **sealed})
    return len(behind), lost


def _readable(data: dict[str, Any]) -> bool:
    try:
        for name in _SECRETS:
            unseal(data.get(name, ""))
    except InvalidToken:
        return False
    return True


def _behind(data: dict[str, Any]) -> bool:
    """Whether something of this is not sealed under the present key."""
    try:
        for name in _SECRETS:
            if name in data:
                _present().decrypt(data[name])
    except InvalidToken:
        return True
    return False


def _present() -> Fernet:
    return _key(settings.SECRET_KEY)


def _keys() -> list[Fernet]:
    return [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@cache
def _key(secret: str) -> Fernet:
    """A key of its own for this, so that nothing else that is made from the same secret opens it."""
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"bursar.second-factor").derive(secret.encode())
    return Fernet(urlsafe_b64encode(made))
