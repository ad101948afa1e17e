"""Keys of programs, sign-in links and invitations. Their secrets are shown once, and stored as hashes or not at all."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bursar.accounts.models import Account, VendorKey
from bursar.accounts.sandbox import is_sandbox_only
from bursar.columns.statement import select_one
from bursar.core.messages.problem import NotFound, Problem, phrase
from bursar.core.messages.text import read_name
from bursar.identity.models import Person, SignInLink


class LinkNotValid(Problem):
    """The sign-in link is not valid any more; ask for a new one."""

    code = "link_not_valid"


class InvitationNotValid(Problem):
    """The invitation is not valid any more; ask the person who invited you to send a new one."""

    code = "invitation_not_valid"


Scope = Literal["vendor", "members"]
"""The actors that a key may call as: the vendor and members, or members only."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A vendor key in the list of keys, without its secret."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    reads_only: bool
    account_id: UUID | None
    expires_at: datetime | None
    scope: Scope


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """A valid key: its id and its limits."""

    id: UUID
    reads_only: bool
    account_id: UUID | None
    scope: Scope


USED_AGAIN: Final = timedelta(hours=1)
"""The time after which another use of a key is noted."""
INVITATION_DAYS: Final = 14
_INVITATIONS: Final = Signer(salt="bursar.invitation")


def create_invitation(account_id: UUID, member_id: UUID, invited_at: datetime, address: str) -> str:
    """Return the secret of an invitation to an address.

    It is signed and kept nowhere. It is void once it is accepted or sent again, or once the person has another address.
    """
    return _INVITATIONS.sign_object([str(account_id), str(member_id), invited_at.isoformat(), address.lower()])


def read_invitation(secret: str, *, now: datetime) -> tuple[UUID, UUID, datetime, str]:
    """Return account, member, moment and address of an invitation. Errors: InvitationNotValid."""
    try:
        account_id, member_id, moment, address = _INVITATIONS.unsign_object(secret)
    except (BadSignature, ValueError):
        raise InvitationNotValid() from None
    invited_at = datetime.fromisoformat(moment)
    if invited_at + timedelta(days=INVITATION_DAYS) <= now:
        raise InvitationNotValid()
    return UUID(account_id), UUID(member_id), invited_at, address


def create_key(
    name: str,
    *,
    now: datetime,
    reads_only: bool = False,
    account_id: UUID | None = None,
    expires_at: datetime | None = None,
    scope: Scope = "vendor",
) -> str:
    """Create a key for a program of the vendor; return it, for it is never shown again. Errors: BadName, NotFound."""
    name = read_name(name)
    if account_id is not None and not Account.objects.filter(pk=account_id).exists():
        raise NotFound(what=phrase("account"))
    # The prefix lets scanners for secrets recognise a key that was committed or posted by mistake.
    key = f"bursar_{secrets.token_urlsafe(32)}"
    limits = {"reads_only": reads_only, "account_id": account_id, "expires_at": expires_at, "scope": scope}
    VendorKey.objects.create(name=name, hash=_hash(key), created_at=now, **limits)
    return key


def valid_key(key: str, *, now: datetime) -> KeyGrant | None:
    """Return a valid key with its limits; None if the key is unknown, revoked or expired."""
    row = select_one(_VALID_KEY, hash=_hash(key), now=now)
    if row is None:
        return None
    key_id, reads_only, account_id, scope, last_used_at = row
    # Noted once an hour: with a write for each call, calls with the same key would wait for one another.
    if last_used_at is None or now - last_used_at >= USED_AGAIN:
        VendorKey.objects.filter(pk=key_id).update(last_used_at=now)
    return KeyGrant(key_id, reads_only, account_id, scope)


def keys() -> list[KeyRow]:
    """Return all keys, the oldest first."""
    fields = (
        *("id", "name", "created_at", "last_used_at", "revoked_at"),
        *("reads_only", "account_id", "expires_at", "scope"),
    )
    return [KeyRow(*row) for row in VendorKey.objects.order_by("id").values_list(*fields)]


def revoke_key(key: UUID, *, now: datetime) -> None:
    """Revoke a key; a key that was revoked stays so. Errors: NotFound."""
    if not VendorKey.objects.filter(pk=key).exists():
        raise NotFound(what=phrase("key"))
    VendorKey.objects.filter(pk=key, revoked_at=None).update(revoked_at=now)


def create_link(email: str, *, expires_at: datetime, single_use: bool = True) -> str:
    """Create a sign-in link for the person of an email; return its secret. Errors: Person.DoesNotExist.

    A link for many uses works only for people who are in sandboxes alone, because anybody may hold it.
    """
    secret = secrets.token_urlsafe(24)
    person = Person.objects.get(email=email.lower())
    SignInLink.objects.create(hash=_hash(secret), person=person, expires_at=expires_at, single_use=single_use)
    return secret


def void_links(person_id: UUID) -> None:
    """Void the unused sign-in links of a person."""
    SignInLink.objects.filter(person_id=person_id, single_use=True, used_at=None).delete()


def use_link(secret: str, *, now: datetime) -> tuple[Person, bool]:
    """Use a sign-in link; return its person, and true if it proves that they read their mail.

    A link for one use proves that, and is used up. Errors: LinkNotValid.
    """
    valid = SignInLink.objects.filter(hash=_hash(secret), expires_at__gt=now, person__is_active=True)
    link = valid.select_related("person").first()
    # Checked at each use: a person may have joined a live account since the link was made.
    if link is None or not (link.single_use or is_sandbox_only(link.person_id)):
        raise LinkNotValid()
    # One statement finds it unused and uses it, so that of two browsers with the same link one signs in.
    if link.single_use and not valid.filter(used_at=None).update(used_at=now):
        raise LinkNotValid()
    if link.single_use:
        # A link for one use is sent to the person's address only, so opening it proves that they read mail there.
        Person.objects.filter(pk=link.person_id, email_verified_at=None).update(email_verified_at=now)
    return link.person, link.single_use


_VALID_KEY: Final = """
SELECT id, reads_only, account_id, scope, last_used_at FROM accounts_vendorkey
WHERE hash = %(hash)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
"""


def _hash(secret: str) -> str:
    """Return a fast hash, which is enough for a secret of this many random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
