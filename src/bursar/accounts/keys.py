"""Keys of programs and links of people: shown once, kept as hashes."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bursar.accounts.models import Person, SignInLink, VendorKey
from bursar.columns.statement import select_one
from bursar.core.problem import Problem


class LinkNotValid(Problem):
    """The sign-in link is not valid any more; ask for a new one."""

    code = "link_not_valid"


class InvitationNotValid(Problem):
    """The invitation is not valid any more; ask whoever invited you to send a new one."""

    code = "invitation_not_valid"


INVITATION_DAYS: Final = 14
_INVITATIONS: Final = Signer(salt="bursar.invitation")


def create_invitation(account_id: UUID, member_id: UUID, invited_at: datetime) -> str:
    """The secret of an invitation. It is signed and kept nowhere; accepting or sending it again makes it worthless."""
    return _INVITATIONS.sign_object([str(account_id), str(member_id), invited_at.isoformat()])


def read_invitation(secret: str, *, now: datetime) -> tuple[UUID, UUID, datetime]:
    """The account, the member, and when they were invited. Errors: InvitationNotValid."""
    try:
        account, member, at = _INVITATIONS.unsign_object(secret)
    except (BadSignature, ValueError):
        raise InvitationNotValid() from None
    invited_at = datetime.fromisoformat(at)
    if invited_at + timedelta(days=INVITATION_DAYS) <= now:
        raise InvitationNotValid()
    return UUID(account), UUID(member), invited_at


def create_key(name: str, *, now: datetime) -> str:
    """A new key for one of the vendor's programs; it is never shown again."""
    key = f"bursar_{secrets.token_urlsafe(32)}"
    VendorKey.objects.create(name=name, hash=_hash(key), created_at=now)
    return key


def key_id(key: str) -> UUID | None:
    """Whose key that is, if it is one that holds."""
    found = select_one(
        "SELECT id FROM accounts_vendorkey WHERE hash = %(hash)s AND revoked_at IS NULL", hash=_hash(key)
    )
    return found[0] if found else None


def create_link(email: str, *, expires_at: datetime, single_use: bool = True) -> str:
    """The secret of a new sign-in link for the person of that email. Errors: Person.DoesNotExist."""
    secret = secrets.token_urlsafe(24)
    person = Person.objects.get(email__iexact=email)
    SignInLink.objects.create(hash=_hash(secret), person=person, expires_at=expires_at, single_use=single_use)
    return secret


def use_link(secret: str, *, now: datetime) -> Person:
    """The person whom a link signs in; a link for one use is used up. Errors: LinkNotValid."""
    good = SignInLink.objects.filter(hash=_hash(secret), expires_at__gt=now, person__is_active=True)
    link = good.select_related("person").first()
    if link is None:
        raise LinkNotValid()
    if link.single_use and not good.filter(used_at=None).update(used_at=now):
        raise LinkNotValid()
    if link.single_use:
        # Such a link goes to the person's address and nowhere else: whoever opens it reads what is sent there.
        Person.objects.filter(pk=link.person_id, email_verified_at=None).update(email_verified_at=now)
    return link.person


def _hash(secret: str) -> str:
    """Enough for a secret of this many random bits; a slow hash would protect nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()
