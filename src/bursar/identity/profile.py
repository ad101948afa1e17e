"""Change a person's own details; they concern no account, so no history tells of them."""

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
_LINKS: Final = Signer(salt="bursar.address")


class AddressNotValid(Problem):
    """This link no longer changes an address; sign in as whoever asked for it, or ask for a new one."""

    code = "address_not_valid"


def rename(person_id: UUID, *, name: str) -> None:
    """Call somebody by another name on their own pages; what accounts call them is the accounts'."""
    with transaction.atomic():
        # Whoever was erased meanwhile stays so.
        person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, is_active=True).first()
        if person is not None and one_line(name) != person.name:
            remember_name(person.pk, person.name)
            Person.objects.filter(pk=person_id).update(name=one_line(name))


def remember_name(person_id: UUID, name: str) -> None:
    """Keep a name that somebody goes by no longer, until they are erased."""
    FormerName.objects.get_or_create(person_id=person_id, name=name)


def ask_address(person_id: UUID, address: str, *, now: datetime) -> str | None:
    """The secret of a link that makes an address somebody's; None if it is another's. What was asked before is void.

    Errors: Person.DoesNotExist, BadAddress.
    """
    sendable(address)
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=person_id, is_active=True)
        AddressChange.objects.filter(person=person, changed_at=None).delete()
        if Person.objects.filter(email=address.lower()).exclude(pk=person_id).exists():
            return None
        made = AddressChange.objects.create(person=person, before=person.email, after=address.lower(), asked_at=now)
    return _LINKS.sign(str(made.pk))


def change_address(person_id: UUID, secret: str, *, now: datetime) -> str:
    """Give somebody the address that they asked for, once; the address of before. Errors: AddressNotValid."""
    try:
        asked_id = UUID(_LINKS.unsign(secret))
    except (BadSignature, ValueError):
        raise AddressNotValid() from None
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).filter(pk=person_id, is_active=True).first()
        since = now - timedelta(minutes=ADDRESS_MINUTES)
        mine = AddressChange.objects.filter(person=person, changed_at=None, asked_at__gt=since)
        asked = mine.filter(pk=asked_id).first()
        if person is None or asked is None:
            raise AddressNotValid()
        try:
            with transaction.atomic():
                Person.objects.filter(pk=person_id).update(email=asked.after, email_verified_at=now)
        except IntegrityError:
            # Somebody else came to have it meanwhile.
            raise AddressNotValid() from None
        AddressChange.objects.filter(pk=asked.pk).update(changed_at=now)
        # What was sent to the address of before signs nobody in any more, nor does an identity that came with it, and
        # the library knows none but the person's.
        SignInLink.objects.filter(person=person, single_use=True).delete()
        Identity.objects.filter(person=person).delete()
        EmailAddress.objects.filter(user=person).delete()
    return asked.before


def set_language(person_id: UUID, locale: str) -> None:
    """Speak another language to a person from now on, on pages and by email."""
    Person.objects.filter(pk=person_id).update(locale=locale)
