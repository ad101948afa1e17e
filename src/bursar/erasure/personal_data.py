"""The personal data of a person, for them to download: from all their accounts, and about nobody else."""

import json
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Q, QuerySet

from bursar.accounts.models import Account, BillingDetails, Member, Override, Session
from bursar.columns.parts import in_parts
from bursar.core.messages.problem import NotFound, phrase
from bursar.history.models import Entry
from bursar.identity.models import AddressChange, FormerName, Identity, Person, SignInLink, Staff
from bursar.notices.models import Email, PersonalEmail, Unwanted
from bursar.seats.models import Assignment, Seen
from bursar.subscriptions.models import Quote, Request

Record = dict[str, Any]
RecordsOfKind = tuple[str, Iterable[Record]]


def person_of(email: str) -> UUID:
    """Return the id of the person of an address. Errors: NotFound."""
    person_id = Person.objects.filter(email=email.lower(), is_active=True).values_list("pk", flat=True).first()
    if person_id is None:
        raise NotFound(what=phrase("person"))
    return person_id


def personal_records(person_id: UUID) -> Iterator[RecordsOfKind]:
    """Yield the records about a person by their kind. Each list is read only when it is asked for.

    Texts of other people and of emails are left out, because they name others. Source: GDPR, article 15 (4).
    """
    email = Person.objects.values_list("email", flat=True).get(pk=person_id)
    yield from _records_of_person(person_id, email)
    yield from _records_of_accounts(person_id, email)


def _records_of_person(person_id: UUID, email: str) -> Iterator[RecordsOfKind]:
    """Yield the rows that do not belong to any account: the person, and how they sign in."""
    yield (
        "person",
        _rows(Person.objects.filter(pk=person_id), "id", "name", "email", "locale", "email_verified_at", "last_login"),
    )
    yield "former_names", _rows(FormerName.objects.filter(person_id=person_id), "name")
    yield (
        "addresses",
        _rows(AddressChange.objects.filter(person_id=person_id), "before", "after", "asked_at", "changed_at"),
    )
    yield (
        "memberships",
        _rows(
            Member.objects.filter(person_id=person_id),
            *("id", "account_id", "name", "role", "state", "created_at", "invited_at", "removed_at"),
            account_name=F("account__name"),
        ),
    )
    yield "staff", _rows(Staff.objects.filter(person_id=person_id), "role", "sandbox", "appointed_at", "ended_at")
    yield (
        "representative_of",
        _rows(Account.objects.filter(representative_email__iexact=email), "id", "name", "representative_name"),
    )
    yield "recipient_of_invoices", _invoice_recipients(email)
    yield "second_factors", _rows(Authenticator.objects.filter(user_id=person_id), "type", "created_at", "last_used_at")
    yield (
        "identities",
        _rows(Identity.objects.filter(person_id=person_id), "issuer", "subject", "address", "since_at", "last_used_at"),
    )
    yield (
        "sessions",
        _rows(UserSession.objects.filter(user_id=person_id), "created_at", "ip", "user_agent", "last_seen_at"),
    )
    yield "sign_in_links", _rows(SignInLink.objects.filter(person_id=person_id), "expires_at", "single_use", "used_at")
    yield "emails_not_wanted", _rows(Unwanted.objects.filter(person_id=person_id), "about")


def _records_of_accounts(person_id: UUID, email: str) -> Iterator[RecordsOfKind]:
    """Yield the rows of the accounts that the person is or was in: what they had and did there."""
    members = list(Member.objects.filter(person_id=person_id).values_list("pk", flat=True))
    # In accounts people act as members; staff act under the id of their person.
    by_them = Q(actor_id__in=members) | Q(actor_id=person_id)
    yield (
        "sent_over_by_the_product",
        _rows(
            Session.objects.filter(member_id__in=members), "account_id", "page", "return_to", "expires_at", "used_at"
        ),
    )
    columns = ("address", "locale", "state", "tries", "due_at", "sent_at")
    yield "emails_about_sign_in", _rows(PersonalEmail.objects.filter(person_id=person_id), "subject", *columns)
    yield (
        "emails",
        _rows(Email.objects.filter(Q(member_id__in=members) | Q(address__iexact=email)), "account_id", *columns),
    )
    yield "seats", _rows(Assignment.objects.filter(member_id__in=members), "account_id", "product", "since", "ended_at")
    yield "last_seen_in_the_product", _rows(Seen.objects.filter(member_id__in=members), "account_id", "on")
    yield (
        "requests",
        _rows(
            Request.objects.filter(member_id__in=members),
            *("id", "account_id", "needed_by", "state", "created_at", "closed_at"),
            why=F("reason__text"),
        ),
    )
    yield (
        "answers_to_requests",
        _rows(
            Request.objects.filter(closed_by_id__in=[*members, person_id]),
            "id",
            "account_id",
            "closed_at",
            why=F("answer__text"),
        ),
    )
    yield "quotes", _rows(Quote.objects.filter(by_them), "id", "account_id", "on", "created_at", why=F("reason__text"))
    yield (
        "overrides",
        _rows(
            Override.objects.filter(author_id__in=[*members, person_id]),
            *("account_id", "capability", "grant", "until", "created_at"),
            why=F("remark__text"),
        ),
    )
    yield "history", _rows(Entry.objects.filter(by_them), "id", "account_id", "kind", "on", "recorded_at")


def personal_records_json(person_id: UUID) -> Iterator[str]:
    """Yield the personal data of a person as one JSON object, a piece at a time."""
    # Written by hand around the records: a list of 100,000 entries of history never stands in memory as a whole.
    encoder = DjangoJSONEncoder(ensure_ascii=False)
    yield "{"
    for number, (name, records) in enumerate(personal_records(person_id)):
        yield f"{',' if number else ''}\n{json.dumps(name)}: ["
        for position, record in enumerate(records):
            yield f"{',' if position else ''}\n  {encoder.encode(record)}"
        yield "]"
    yield "\n}\n"


def personal_records_text(person_id: UUID) -> Iterator[str]:
    """Yield the same as text for people, a line at a time."""
    for name, records in personal_records(person_id):
        yield f"{name}\n"
        for record in records:
            fields = ", ".join(f"{field} {value}" for field, value in record.items() if value not in (None, ""))
            yield f"  {fields}\n"


def _rows(rows: "QuerySet[Any]", *fields: str, **renamed: F) -> Iterator[Record]:
    for record in in_parts(rows.values("pk", *fields, **renamed), itemgetter("pk")):
        del record["pk"]
        yield record


def _invoice_recipients(email: str) -> Iterator[Record]:
    """Yield the accounts that send their invoices to an address, with the name that they wrote beside it."""
    # The search finds parts of longer addresses too, and of other fields of the JSON; the loop keeps what is equal.
    for account_id, recipients in BillingDetails.objects.filter(recipients__icontains=email).values_list(
        "pk", "recipients"
    ):
        for recipient in recipients:
            if recipient["email"].lower() == email:
                yield {"account_id": account_id, "name": recipient.get("name", ""), "email": recipient["email"]}
