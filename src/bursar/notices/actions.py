"""Write emails about facts, and queue emails about sign-ins."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from bursar.accounts.queries import customer, languages_by_member
from bursar.accounts.sandbox import is_sandbox_only
from bursar.columns.ids import uuid7
from bursar.core.events import document_of
from bursar.history.queries import fact
from bursar.identity.models import Person
from bursar.notices.email import EmailContent, write_email, write_to_recipient
from bursar.notices.failure import place_of
from bursar.notices.models import Email, NotTold, PersonalEmail, Told, Unwanted
from bursar.notices.queries import members_not_wanting
from bursar.notices.readers import optional_kind, other_recipients, readers_of, sees_invoices, termination_of
from bursar.notices.sending import pause_after
from bursar.policy.queries import current


def tell(account_id: UUID, entry_id: UUID, *, now: datetime) -> int:
    """Write an email to each member concerned by a fact and to each invoice recipient, once; return how many.

    A failure is counted, and tried again after a pause. Errors: the exception of the failure, raised again.
    """
    try:
        with transaction.atomic():
            NotTold.objects.filter(account_id=account_id, entry_id=entry_id).delete()
            return _tell(account_id, entry_id, now)
    except Exception as raised:
        raised.add_note(f"account {account_id}, history entry {entry_id}")
        with transaction.atomic():
            key = {"account_id": account_id, "entry_id": entry_id}
            # The emails were rolled back with their transaction, and the row of the failure before them.
            failed, _ = NotTold.objects.get_or_create(**key, defaults={"due_at": now})
            NotTold.objects.filter(**key).update(
                tries=F("tries") + 1, due_at=now + pause_after(failed.tries), failure=place_of(raised)
            )
        raise


def _tell(account_id: UUID, entry_id: UUID, now: datetime) -> int:
    told = Told(id=uuid7(), account_id=account_id, entry_id=entry_id, at=now)
    Told.objects.bulk_create([told], ignore_conflicts=True)
    # Of two workers with the same fact the second waits at the insert, and then finds that its own row is not there.
    if not Told.objects.filter(pk=told.pk).exists():
        return 0
    # Everybody, because an email goes to all whom the fact concerns, and not only to those whom a decision names.
    account, policy, happened = customer(account_id, everybody=True), current(), fact(account_id, entry_id)
    termination = termination_of(account, happened)
    everybody = readers_of(account, policy, happened, termination)
    about = optional_kind(account, happened, termination)
    unwilling = members_not_wanting(account_id, about) if about else frozenset()
    readers = [member for member in everybody if member.id not in unwilling]
    locales = languages_by_member(account_id, [reader.id for reader in readers])
    kept = account.sandbox or not settings.SENDS_MAIL
    # Readers of one language with the same right to see invoices get the same text, so it is written once for them.
    kinds = {reader.id: (locales[reader.id], sees_invoices(account, policy, reader, happened.on)) for reader in readers}
    written = {kind: write_email(account, policy, happened, *kind, termination) for kind in set(kinds.values())}
    common = {"account_id": account_id, "told": told, "state": "outbox" if kept else "waiting", "due_at": now}
    emails = [
        Email(
            member_id=reader.id,
            address=reader.email,
            locale=locales[reader.id],
            **written[kinds[reader.id]].columns(),
            **common,
        )
        for reader in readers
    ]
    invoice = document_of(happened.event)
    if invoice and (others := other_recipients(account, everybody)):
        content = write_to_recipient(account, happened.event, invoice).columns()
        emails += [Email(address=address, locale=account.locale, **content, **common) for address in others]
    Email.objects.bulk_create(emails)
    return len(emails)


def set_unwanted_emails(person_id: UUID, *, unwanted: Collection[str]) -> None:
    """Save the kinds of optional email that a person does not want."""
    with transaction.atomic():
        Unwanted.objects.filter(person_id=person_id).exclude(about__in=unwanted).delete()
        rows = [Unwanted(id=uuid7(), person_id=person_id, about=kind) for kind in unwanted]
        Unwanted.objects.bulk_create(rows, ignore_conflicts=True)


def is_mail_sent_to(person_id: UUID) -> bool:
    """Return true if emails to a person about their own sign-in go out."""
    return settings.SENDS_MAIL and not is_sandbox_only(person_id)


def queue_personal_email(person: Person, content: EmailContent, *, now: datetime, address: str = "") -> None:
    """Queue an email to a person about their own sign-in. If emails to them are not sent, only its subject is kept.

    It goes to the person's address, or to another address that they have or want.
    """
    is_sent = is_mail_sent_to(person.pk)
    # No page shows personal emails, so a text that is not sent would only keep its link lying about.
    columns = content.columns() if is_sent else {"subject": content.subject}
    PersonalEmail.objects.create(
        person=person,
        address=address or person.email,
        locale=person.locale,
        state="waiting" if is_sent else "outbox",
        due_at=now,
        **columns,
    )
