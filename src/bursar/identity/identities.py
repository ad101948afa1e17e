"""Identities of people at the vendor's identity provider, by which they sign in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bursar.core.messages.problem import NotFound, phrase
from bursar.identity.models import Identity, Person


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """An identity for its person: its provider, the address that it first came with, and its last use."""

    id: UUID
    issuer: str
    address: str
    since_at: datetime
    last_used_at: datetime


def person_of_identity(issuer: str, subject: str, *, verified_address: str | None, now: datetime) -> Person | None:
    """Return the person of an identity, else the active person who has the address that the provider verified.

    In the second case the identity becomes theirs, so that they can sign in after their address there changes.
    """
    identity = Identity.objects.filter(issuer=issuer, subject=subject).select_related("person").first()
    if identity is not None:
        Identity.objects.filter(pk=identity.pk).update(last_used_at=now)
        return identity.person
    # An address that the provider has not verified proves nothing: anybody may write another person's address there.
    if verified_address is None:
        return None
    person = Person.objects.filter(email=verified_address.lower(), is_active=True).first()
    if person is None:
        return None
    fields = {"person": person, "address": verified_address, "since_at": now, "last_used_at": now}
    # Two browsers may come at the same moment: the first decides whose identity it is, and the second gets that person.
    identity, _ = Identity.objects.get_or_create(issuer=issuer, subject=subject, defaults=fields)
    return identity.person


def identities(person_id: UUID) -> list[IdentityRow]:
    """Return the identities of a person, the oldest first."""
    rows = Identity.objects.filter(person_id=person_id).order_by("id")
    return [IdentityRow(*row) for row in rows.values_list("id", "issuer", "address", "since_at", "last_used_at")]


def end_identity(person_id: UUID, identity_id: UUID) -> None:
    """Remove an identity from a person. Errors: NotFound."""
    ended, _ = Identity.objects.filter(person_id=person_id, pk=identity_id).delete()
    if not ended:
        raise NotFound(what=phrase("identity"))
