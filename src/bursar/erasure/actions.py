"""Erase what names a person or an account. Facts stay, with ids and codes; an issued invoice keeps its buyer."""

from collections.abc import Collection
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session as BrowserSession
from django.db import transaction
from django.db.models import Model, Q

from bursar.accounts.locked_account import lock, locked_account
from bursar.accounts.models import Account, BillingDetails, Member, Override, Remark, Session
from bursar.core.events.account import AccountErased
from bursar.core.events.people import MemberErased
from bursar.core.messages.problem import Conflict, NotFound, phrase
from bursar.core.policy.member import ERASED
from bursar.core.policy.policy import Actor, State
from bursar.history.actions import record
from bursar.identity.models import AddressChange, FormerName, Identity, Person, SignInLink, Staff
from bursar.notices.models import Email, PersonalEmail, Unwanted
from bursar.subscriptions.actions import remove_from_people_to_ask
from bursar.subscriptions.models import Quote, Request


class StillMember(Conflict):
    """{email} is still a member of {accounts}; remove them there before you erase them."""

    code = "still_there"


class StillStaff(Conflict):
    """{email} is on the vendor's staff; dismiss them before you erase them."""

    code = "still_serving"


class NotCancelled(Conflict):
    """{name} is not cancelled; an account is erased after its end."""

    code = "not_cancelled"


def erase_person(email: str, *, actor: Actor, now: datetime) -> UUID:
    """Erase a person who is neither a member of an account nor staff; return the id that facts still hold.

    Texts of other people that have their name or address are emptied. Errors: NotFound, StillMember, StillStaff.
    """
    with transaction.atomic():
        # Accounts first, then the person: the order in which an invitation locks them, so that neither waits for ever.
        memberships = Member.objects.filter(person__email=email.lower()).values_list("account_id", flat=True)
        for account_id in sorted(set(memberships)):
            lock(account_id)
        person = Person.objects.select_for_update().filter(email=email.lower()).first()
        if person is None:
            raise NotFound(what=phrase("person"))
        members = Member.objects.filter(person=person)
        present = list(members.filter(removed_at=None).values_list("account__name", flat=True))
        if present:
            raise StillMember(email=person.email, accounts=", ".join(present))
        if Staff.objects.filter(person=person, ended_at=None).exists():
            raise StillStaff(email=person.email)
        account_by_member = dict(members.values_list("id", "account_id"))
        _erase(person, account_by_member.keys(), sorted(set(account_by_member.values())))
        for member_id, account_id in account_by_member.items():
            with locked_account(account_id, actor, now) as customer:
                event, on = MemberErased(member=member_id), customer.today(now)
                record(account_id=account_id, events=[event], actor=actor, on=on, now=now)
    return person.pk


def erase_account(account_id: UUID, *, actor: Actor, now: datetime) -> int:
    """Erase what names a cancelled account, and its people who are in no other; return how many people.

    Errors: NotFound, NotCancelled.
    """
    with locked_account(account_id, actor, now) as customer:
        if customer.account.state is not State.CANCELLED:
            raise NotCancelled(name=customer.name)
        members = Member.objects.filter(account_id=account_id)
        # In the order of their ids, so that two erasures that share people do not wait for each other.
        locked = Person.objects.select_for_update().filter(pk__in=members.values("person_id")).order_by("id")
        people = {person.pk: person for person in locked}
        # A statement of its own: rows that are read together with the locks are those from before the wait.
        elsewhere = Member.objects.filter(person__in=people, removed_at=None).exclude(account_id=account_id)
        staff = Staff.objects.filter(person__in=people, ended_at=None)
        kept = {*elsewhere.values_list("person_id", flat=True), *staff.values_list("person_id", flat=True)}
        erased = [person for person in people.values() if person.pk not in kept]
        for person in erased:
            _erase(person, list(members.filter(person=person).values_list("id", flat=True)), [account_id])
        # People who stay elsewhere lose the name that this account gave them.
        members.update(name=ERASED)
        Email.objects.filter(account_id=account_id).delete()
        Remark.objects.filter(account_id=account_id).update(text="")
        Session.objects.filter(account_id=account_id).update(return_to="")
        BillingDetails.objects.filter(pk=account_id).update(
            sold_to={}, bill_to=None, vat_id="", purchase_order="", recipients=[]
        )
        Account.objects.filter(pk=account_id).update(name=ERASED, representative_name="", representative_email="")
        event = AccountErased(people=len(erased))
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)
    return len(erased)


def _erase(person: Person, members: Collection[UUID], accounts: Collection[UUID]) -> None:
    """Empty everything that names a person; `members` are theirs, in these accounts."""
    addresses, memberships = _addresses(person), Member.objects.filter(person=person)
    former_names = FormerName.objects.filter(person=person).values_list("name", flat=True)
    # Accounts name a person as they like, and a name may have changed, so texts are searched for each.
    names = {person.name, *memberships.values_list("name", flat=True), *former_names} - {ERASED}
    in_text, in_subject, to_them = Q(), Q(), Q(member_id__in=members)
    for address in addresses:
        in_text, to_them = in_text | Q(text__icontains=address), to_them | Q(address__iexact=address)
    for name in names:
        in_text, in_subject = in_text | Q(text__icontains=name), in_subject | Q(subject__icontains=name)
    by_them = (
        Q(pk__in=Request.objects.filter(member_id__in=members).values("reason_id"))
        | Q(pk__in=Request.objects.filter(closed_by_id__in=members).values("answer_id"))
        | Q(pk__in=Quote.objects.filter(actor_id__in=members).values("reason_id"))
        | Q(pk__in=Override.objects.filter(author_id__in=members).values("remark_id"))
    )
    # A name is searched for in the person's own accounts alone: elsewhere it may be somebody else's.
    Remark.objects.filter(by_them | in_text, account_id__in=accounts).update(text="")
    for address in addresses:
        _erase_address(address)
    Session.objects.filter(member_id__in=members).update(return_to="")
    signed_in = UserSession.objects.filter(user=person).values("session_key")
    BrowserSession.objects.filter(session_key__in=signed_in).delete()
    Email.objects.filter(to_them | in_text | in_subject, account_id__in=accounts).delete()
    own_tables: tuple[type[Model], ...] = (
        *(PersonalEmail, SignInLink, AddressChange, FormerName, Identity, Unwanted),
        *_tables_of_the_library(),
    )
    for model in own_tables:
        model._default_manager.filter(**{_person_field(model): person}).delete()
    memberships.update(name=ERASED)
    person.set_unusable_password()
    # The row stays, because facts point at it. The address is free for another person, and no email reaches this one.
    Person.objects.filter(pk=person.pk).update(
        name=ERASED,
        email=f"{person.pk}@erased.invalid",
        password=person.password,
        is_active=False,
        email_verified_at=None,
        last_login=None,
    )


def _addresses(person: Person) -> list[str]:
    """Return the present and former addresses of a person, without those that another person has now."""
    former = AddressChange.objects.filter(person=person).values_list("before", flat=True)
    free = (address for address in set(former) if not Person.objects.filter(email=address.lower()).exists())
    return [person.email, *free]


def _erase_address(address: str) -> None:
    """Take an address out of all accounts: the people to ask, invoice recipients, texts, emails, addresses of pages."""
    remove_from_people_to_ask(address)
    Remark.objects.filter(text__icontains=address).update(text="")
    Email.objects.filter(Q(address__iexact=address) | Q(text__icontains=address)).delete()
    # An address in the query of a page has its @ as %40.
    leading = Q(return_to__icontains=address) | Q(return_to__icontains=quote(address, safe=""))
    Session.objects.filter(leading).update(return_to="")
    represented = Account.objects.filter(representative_email__iexact=address)
    # Locked one after the other in the order of their keys: an account may be setting its details at this moment.
    for details in BillingDetails.objects.filter(recipients__icontains=address).order_by("pk").select_for_update():
        recipients = [recipient for recipient in details.recipients if recipient["email"].lower() != address.lower()]
        BillingDetails.objects.filter(pk=details.pk).update(recipients=recipients)
    represented.update(representative_name="", representative_email="")


def _tables_of_the_library() -> list[type[Model]]:
    """Return the tables in which the library that signs people in keeps something about each person."""
    # Found by their key, so that a table of a later release of the library is not forgotten.
    models = (model for model in apps.get_models() if model.__module__.startswith("allauth."))
    return [model for model in models if any(field.related_model is Person for field in model._meta.fields)]


def _person_field(model: type[Model]) -> str:
    """Return the name of the field that says which person a row belongs to."""
    return next(str(field.name) for field in model._meta.fields if field.related_model is Person)
