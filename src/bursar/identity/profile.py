"""Change a person's own name, address and language; they concern no account, so no history has them."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction

from bursar.columns.address import sendable
from bursar.core.messages.problem import Problem
from bursar.core.messages.text import one_line
from bursar.identity.models import AddressChange, FormerName, Identity, Person, SignInLink

ADDRESS_MINUTES: Final = 60
"""The lifetime of a link that confirms a new address."""
_LINKS: Final = Signer(salt="bursar.address")


class AddressNotValid(Problem):
    """This link no longer changes an address; sign in as the person who asked for it, or ask for a new one."""

    code = "address_not_valid"


def rename(person_id: UUID, *, name: str) -> None:
    """Change a person's name on their own pages; each account keeps its own name for them."""
    with transaction.atomic():
        # Locked while active: a person who is erased at this moment must not get a name again.
        person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, is_active=True).first()
        if person is not None and one_line(name) != person.name:
            keep_former_name(person.pk, person.name)
            Person.objects.filter(pk=person_id).update(name=one_line(name))


def keep_former_name(person_id: UUID, name: str) -> None:
    """Keep a former name of a person until they are erased."""
    FormerName.objects.get_or_create(person_id=person_id, name=name)


def request_address(person_id: UUID, address: str, *, now: datetime) -> str | None:
    """Return the secret of the link that confirms a new address; None if it is taken. Earlier links are void.

    Errors: Person.DoesNotExist, BadAddress.
    """
    sendable(address)
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=person_id, is_active=True)
        AddressChange.objects.filter(person=person, changed_at=None).delete()
        # The page must not tell who has an address here, so this is no problem that is raised: see `notices.addresses`.
        if Person.objects.filter(email=address.lower()).exclude(pk=person_id).exists():
            return None
        change = AddressChange.objects.create(person=person, before=person.email, after=address.lower(), asked_at=now)
    return _LINKS.sign(str(change.pk))


def confirm_address(person_id: UUID, secret: str, *, now: datetime) -> str:
    """Give a person the address that they asked for, once; return the former one. Errors: AddressNotValid."""
    try:
        change_id = UUID(_LINKS.unsign(secret))
    except (BadSignature, ValueError):
        raise AddressNotValid() from None
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, is_active=True).first()
        since = now - timedelta(minutes=ADDRESS_MINUTES)
        waiting = AddressChange.objects.filter(person=person, changed_at=None, asked_at__gt=since)
        change = waiting.filter(pk=change_id).first()
        if person is None or change is None:
            raise AddressNotValid()
        try:
            with transaction.atomic():
                Person.objects.filter(pk=person_id).update(email=change.after, email_verified_at=now)
        except IntegrityError:
            # Another person got this address meanwhile.
            raise AddressNotValid() from None
        AddressChange.objects.filter(pk=change.pk).update(changed_at=now)
        # Links sent to the former address and identities that came with it must not sign in any more: another person
        # may read that mailbox now. The library's own copy of the address goes with them.
        SignInLink.objects.filter(person=person, single_use=True).delete()
        Identity.objects.filter(person=person).delete()
        EmailAddress.objects.filter(user=person).delete()
    return change.before


def set_language(person_id: UUID, locale: str) -> None:
    """Set the language of a person's pages and emails."""
    Person.objects.filter(pk=person_id).update(locale=locale)
