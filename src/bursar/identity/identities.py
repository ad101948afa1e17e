"""People at the vendor's identity provider: by which identity there somebody signs in here."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bursar.core.messages.problem import NotFound, phrase
from bursar.identity.models import Identity, Person


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """An identity as its person sees it: at which provider, with which address it first came, and when it last did."""

    id: UUID
    issuer: str
    address: str
    since_at: datetime
    last_used_at: datetime


def identified(issuer: str, subject: str, *, verified_address: str | None, now: datetime) -> Person | None:
    """Return whom an identity signs in: whose it is, else who has the address that the provider verified.

    The latter makes it theirs, so that they come in by it although their address there changes. Nothing else does.
    """
    known = Identity.objects.filter(issuer=issuer, subject=subject).select_related("person").first()
    if known is not None:
        Identity.objects.filter(pk=known.pk).update(last_used_at=now)
        return known.person
    if verified_address is None:
        return None
    person = Person.objects.filter(email=verified_address.lower(), is_active=True).first()
    if person is None:
        return None
    first = {"person": person, "address": verified_address, "since_at": now, "last_used_at": now}
    # Two browsers may come at the same moment; whose it is then is whoever was first.
    found, _ = Identity.objects.get_or_create(issuer=issuer, subject=subject, defaults=first)
    return found.person


def identities(person_id: UUID) -> list[IdentityRow]:
    """The identities by which somebody signs in, the oldest first."""
    rows = Identity.objects.filter(person_id=person_id).order_by("id")
    return [IdentityRow(*row) for row in rows.values_list("id", "issuer", "address", "since_at", "last_used_at")]


def end_identity(person_id: UUID, identity_id: UUID) -> None:
    """Let an identity no longer be somebody's. Errors: NotFound."""
    ended, _ = Identity.objects.filter(person_id=person_id, pk=identity_id).delete()
    if not ended:
        raise NotFound(what=phrase("identity"))
