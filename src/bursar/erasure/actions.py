"""Emptying what names a person or an account. Facts stay, with ids and codes; invoices keep their own snapshot."""

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
from bursar.subscriptions.actions import forget_asked
from bursar.subscriptions.models import Quote, Request


class StillMember(Conflict):
    """{email} is still a member of {accounts}; remove them there before you erase them."""

    code = "still_there"


class StillStaff(Conflict):
    """{email} is of the vendor's staff; dismiss them before you erase them."""

    code = "still_serving"


class NotCancelled(Conflict):
    """{name} is not cancelled; an account is erased after its end."""

    code = "not_cancelled"


def erase_person(email: str, *, actor: Actor, now: datetime) -> UUID:
    """Forget somebody who is no member anywhere and not of the staff; the id that facts still hold.

    What other people wrote is emptied where it says their name or address. Errors: NotFound, StillMember, StillStaff.
    """
    with transaction.atomic():
        # Accounts first, then the person, as whoever invites them takes these.
        everywhere = Member.objects.filter(person__email=email.lower()).values_list("account_id", flat=True)
        for account_id in sorted(set(everywhere)):
            lock(account_id)
        person = Person.objects.select_for_update().filter(email=email.lower()).first()
        if person is None:
            raise NotFound(what=phrase("person"))
        mine = Member.objects.filter(person=person)
        there = list(mine.filter(removed_at=None).values_list("account__name", flat=True))
        if there:
            raise StillMember(email=person.email, accounts=", ".join(there))
        if Staff.objects.filter(person=person, ended_at=None).exists():
            raise StillStaff(email=person.email)
        members = dict(mine.values_list("id", "account_id"))
        _forget(person, members.keys(), sorted(set(members.values())))
        for member_id, account_id in members.items():
            with locked_account(account_id, actor, now) as customer:
                event, on = MemberErased(member=member_id), customer.today(now)
                record(account_id=account_id, events=[event], actor=actor, on=on, now=now)
    return person.pk


def erase_account(account_id: UUID, *, actor: Actor, now: datetime) -> int:
    """Forget what names a cancelled account, and who was in no other; how many people.

    Errors: NotFound, NotCancelled.
    """
    with locked_account(account_id, actor, now) as customer:
        if customer.account.state is not State.CANCELLED:
            raise NotCancelled(name=customer.name)
        here = Member.objects.filter(account_id=account_id)
        everybody = Person.objects.select_for_update().filter(pk__in=here.values("person_id")).order_by("id")
        # A statement of its own: what is read together with the locks is read as it was before waiting for them.
        held = {person.pk: person for person in everybody}
        elsewhere = Member.objects.filter(person__in=held, removed_at=None).exclude(account_id=account_id)
        serving = Staff.objects.filter(person__in=held, ended_at=None)
        staying = {*elsewhere.values_list("person_id", flat=True), *serving.values_list("person_id", flat=True)}
        people = [person for person in held.values() if person.pk not in staying]
        for person in people:
            _forget(person, list(here.filter(person=person).values_list("id", flat=True)), [account_id])
        here.update(name=ERASED)
        Email.objects.filter(account_id=account_id).delete()
        Remark.objects.filter(account_id=account_id).update(text="")
        Session.objects.filter(account_id=account_id).update(return_to="")
        BillingDetails.objects.filter(pk=account_id).update(
            sold_to={}, bill_to=None, vat_id="", purchase_order="", recipients=[]
        )
        Account.objects.filter(pk=account_id).update(name=ERASED, representative_name="", representative_email="")
        event = AccountErased(people=len(people))
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)
    return len(people)


def _forget(person: Person, members: Collection[UUID], accounts: Collection[UUID]) -> None:
    """Empty everything that says who somebody was; `members` are theirs, in these accounts."""
    addresses, called = _addresses(person), Member.objects.filter(person=person)
    before = FormerName.objects.filter(person=person).values_list("name", flat=True)
    known_by = {person.name, *called.values_list("name", flat=True), *before} - {ERASED}
    named, titled, theirs = Q(), Q(), Q(member_id__in=members)
    for address in addresses:
        named, theirs = named | Q(text__icontains=address), theirs | Q(address__iexact=address)
    for name in known_by:
        named, titled = named | Q(text__icontains=name), titled | Q(subject__icontains=name)
    written = (
        Request.objects.filter(member_id__in=members).values("reason_id"),
        Request.objects.filter(closed_by_id__in=members).values("answer_id"),
        Quote.objects.filter(actor_id__in=members).values("reason_id"),
        Override.objects.filter(author_id__in=members).values("remark_id"),
    )
    own = Q(pk__in=written[0]) | Q(pk__in=written[1]) | Q(pk__in=written[2]) | Q(pk__in=written[3])
    Remark.objects.filter(own | named, account_id__in=accounts).update(text="")
    for address in addresses:
        _forget_everywhere(address)
    Session.objects.filter(member_id__in=members).update(return_to="")
    signed_in = UserSession.objects.filter(user=person).values("session_key")
    BrowserSession.objects.filter(session_key__in=signed_in).delete()
    Email.objects.filter(theirs | named | titled, account_id__in=accounts).delete()
    ours = (PersonalEmail, SignInLink, AddressChange, FormerName, Identity, Unwanted)
    own_tables: tuple[type[Model], ...] = (*ours, *_of_the_sign_in())
    for kind in own_tables:
        kind._default_manager.filter(**{_key(kind): person}).delete()
    called.update(name=ERASED)
    person.set_unusable_password()
    Person.objects.filter(pk=person.pk).update(
        name=ERASED,
        email=f"{person.pk}@erased.invalid",
        password=person.password,
        is_active=False,
        email_verified_at=None,
        last_login=None,
    )


def _addresses(person: Person) -> list[str]:
    """The addresses that somebody has and had, but for those that are somebody else's now."""
    before = AddressChange.objects.filter(person=person).values_list("before", flat=True)
    others = (one for one in set(before) if not Person.objects.filter(email=one.lower()).exists())
    return [person.email, *others]


def _forget_everywhere(address: str) -> None:
    """Take an address out of all accounts: whom to ask, who receives invoices, what was written, where to go back."""
    forget_asked(address)
    Remark.objects.filter(text__icontains=address).update(text="")
    Email.objects.filter(Q(address__iexact=address) | Q(text__icontains=address)).delete()
    leading = Q(return_to__icontains=address) | Q(return_to__icontains=quote(address, safe=""))
    Session.objects.filter(leading).update(return_to="")
    represented = Account.objects.filter(representative_email__iexact=address)
    having = BillingDetails.objects.filter(recipients__icontains=address).order_by("pk")
    for details in having.select_for_update():
        left = [recipient for recipient in details.recipients if recipient["email"].lower() != address.lower()]
        BillingDetails.objects.filter(pk=details.pk).update(recipients=left)
    represented.update(representative_name="", representative_email="")


def _of_the_sign_in() -> list[type[Model]]:
    """The tables in which the library that signs people in keeps something about each."""
    ours = (model for model in apps.get_models() if model.__module__.startswith("allauth."))
    return [model for model in ours if any(field.related_model is Person for field in model._meta.fields)]


def _key(kind: type[Model]) -> str:
    """The field that says whose a row is."""
    return next(str(field.name) for field in kind._meta.fields if field.related_model is Person)
