"""Keys of programs and links of people: shown once, kept as hashes."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bursar.accounts.models import Account, VendorKey
from bursar.accounts.sandbox import only_in_sandboxes
from bursar.columns.statement import select_one
from bursar.core.messages.problem import NotFound, Problem, phrase
from bursar.core.messages.text import read_name
from bursar.identity.models import Person, SignInLink


class LinkNotValid(Problem):
    """The sign-in link is not valid any more; ask for a new one."""

    code = "link_not_valid"


class InvitationNotValid(Problem):
    """The invitation is not valid any more; ask whoever invited you to send a new one."""

    code = "invitation_not_valid"


Scope = Literal["vendor", "members"]
"""As whom a key may call: as the vendor or a member, or with every call as a member."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A vendor key as it is listed; the key itself is known to whoever keeps it."""

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
class Holding:
    """A key that holds: its id, and what it is limited to."""

    id: UUID
    reads_only: bool
    account_id: UUID | None
    scope: Scope


USED_AGAIN: Final = timedelta(hours=1)
INVITATION_DAYS: Final = 14
_INVITATIONS: Final = Signer(salt="bursar.invitation")


def create_invitation(account_id: UUID, member_id: UUID, invited_at: datetime, address: str) -> str:
    """The secret of an invitation to an address.

    It is signed and kept nowhere; accepting, sending it again, or another address of the person makes it worthless.
    """
    return _INVITATIONS.sign_object([str(account_id), str(member_id), invited_at.isoformat(), address.lower()])


def read_invitation(secret: str, *, now: datetime) -> tuple[UUID, UUID, datetime, str]:
    """The account, the member, when they were invited, and at which address. Errors: InvitationNotValid."""
    try:
        account, member, at, address = _INVITATIONS.unsign_object(secret)
    except (BadSignature, ValueError):
        raise InvitationNotValid() from None
    invited_at = datetime.fromisoformat(at)
    if invited_at + timedelta(days=INVITATION_DAYS) <= now:
        raise InvitationNotValid()
    return UUID(account), UUID(member), invited_at, address


def create_key(
    name: str,
    *,
    now: datetime,
    reads_only: bool = False,
    account_id: UUID | None = None,
    expires_at: datetime | None = None,
    scope: Scope = "vendor",
) -> str:
    """A new key for one of the vendor's programs; it is never shown again. Errors: BadName, NotFound."""
    name = read_name(name)
    if account_id is not None and not Account.objects.filter(pk=account_id).exists():
        raise NotFound(what=phrase("account"))
    key = f"bursar_{secrets.token_urlsafe(32)}"
    limits = {"reads_only": reads_only, "account_id": account_id, "expires_at": expires_at, "scope": scope}
    VendorKey.objects.create(name=name, hash=_hash(key), created_at=now, **limits)
    return key


def holding(key: str, *, now: datetime) -> Holding | None:
    """Return what a valid key is for, None for any other. Its use is written down once an hour, not each time."""
    found = select_one(_HOLDING, hash=_hash(key), now=now)
    if found is None:
        return None
    mine, reads_only, account_id, scope, last_used_at = found
    if last_used_at is None or now - last_used_at >= USED_AGAIN:
        VendorKey.objects.filter(pk=mine).update(last_used_at=now)
    return Holding(mine, reads_only, account_id, scope)


def keys() -> list[KeyRow]:
    """All keys, the oldest first."""
    fields = (
        *("id", "name", "created_at", "last_used_at", "revoked_at"),
        *("reads_only", "account_id", "expires_at", "scope"),
    )
    return [KeyRow(*row) for row in VendorKey.objects.order_by("id").values_list(*fields)]


def revoke_key(key: UUID, *, now: datetime) -> None:
    """Let a key hold no longer; one that was revoked stays so. Errors: NotFound."""
    if not VendorKey.objects.filter(pk=key).exists():
        raise NotFound(what=phrase("key"))
    VendorKey.objects.filter(pk=key, revoked_at=None).update(revoked_at=now)


def create_link(email: str, *, expires_at: datetime, single_use: bool = True) -> str:
    """The secret of a new sign-in link for the person of that email. Errors: Person.DoesNotExist.

    A link for many uses lends an identity: it signs in whoever is in sandboxes alone, and nobody else.
    """
    secret = secrets.token_urlsafe(24)
    person = Person.objects.get(email=email.lower())
    SignInLink.objects.create(hash=_hash(secret), person=person, expires_at=expires_at, single_use=single_use)
    return secret


def void_links(person_id: UUID) -> None:
    """Make the links worthless that were sent to somebody and not used."""
    SignInLink.objects.filter(person_id=person_id, single_use=True, used_at=None).delete()


def use_link(secret: str, *, now: datetime) -> tuple[Person, bool]:
    """The person whom a link signs in, and whether it proves that they read their mail: a link for one use does.

    Such a link is used up. Errors: LinkNotValid.
    """
    good = SignInLink.objects.filter(hash=_hash(secret), expires_at__gt=now, person__is_active=True)
    link = good.select_related("person").first()
    if link is None or not (link.single_use or only_in_sandboxes(link.person_id)):
        raise LinkNotValid()
    if link.single_use and not good.filter(used_at=None).update(used_at=now):
        raise LinkNotValid()
    if link.single_use:
        # Such a link goes to the person's address and nowhere else: whoever opens it reads what is sent there.
        Person.objects.filter(pk=link.person_id, email_verified_at=None).update(email_verified_at=now)
    return link.person, link.single_use


_HOLDING: Final = """
SELECT id, reads_only, account_id, scope, last_used_at FROM accounts_vendorkey
WHERE hash = %(hash)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s)
"""


def _hash(secret: str) -> str:
    """Enough for a secret of this many random bits; a slow hash would protect nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()
