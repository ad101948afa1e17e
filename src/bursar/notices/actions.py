"""Write emails about facts, and send them."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from bursar.accounts.locked_account import locked_account, permit
from bursar.accounts.queries import customer, languages
from bursar.accounts.sandbox import only_in_sandboxes
from bursar.columns.ids import uuid7
from bursar.core.events import document_of
from bursar.core.events.people import EmailSentAgain
from bursar.core.messages.problem import Conflict, NotFound, phrase
from bursar.core.policy.policy import Actor, Policy
from bursar.history.actions import record
from bursar.history.queries import fact
from bursar.identity.models import Person
from bursar.identity.sealing import is_present, seal, unseal
from bursar.logs import counters
from bursar.notices.email import Written, write, write_to_recipient
from bursar.notices.failure import failure, place
from bursar.notices.message import message
from bursar.notices.models import Email, NotTold, PersonalEmail, Told, Unwanted
from bursar.notices.queries import doing_without
from bursar.notices.readers import concerned, ending, optional, recipients, sees_invoices
from bursar.notices.secret import found, sealed
from bursar.policy.queries import current

INVITATION: Final = "/invitation/"
"""Part of every link to an invitation."""
TRIES: Final = 6
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(days=1)
"""The number of tries to send an email, and the pauses between them: each is four times the one before."""


SENDING_AGAIN: Final = "manage_members"
"""The capability to send a failed email again: who may invite people again may send them emails again."""


class NotFailed(Conflict):
    """The email "{subject}" did not fail, or is sent again already; look at it once more."""

    code = "letter_not_failed"


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
            known = {"account_id": account_id, "entry_id": entry_id}
            before, _ = NotTold.objects.get_or_create(**known, defaults={"due_at": now})
            NotTold.objects.filter(**known).update(
                tries=F("tries") + 1, due_at=now + pause(before.tries), failure=place(raised)
            )
        raise


def _tell(account_id: UUID, entry_id: UUID, now: datetime) -> int:
    told = Told(id=uuid7(), account_id=account_id, entry_id=entry_id, at=now)
    Told.objects.bulk_create([told], ignore_conflicts=True)
    if not Told.objects.filter(pk=told.pk).exists():
        return 0
    account, policy, happened = customer(account_id), current(), fact(account_id, entry_id)
    turn = ending(account, happened)
    everybody = concerned(account, policy, happened, turn)
    about = optional(account, happened, turn)
    without = doing_without(account_id, about) if about else frozenset()
    readers = [one for one in everybody if one.id not in without]
    spoken = languages(account_id)
    kept = account.sandbox or not settings.SENDS_MAIL
    kinds = {reader.id: (spoken[reader.id], sees_invoices(account, policy, reader, happened.on)) for reader in readers}
    written = {kind: write(account, policy, happened, *kind, turn) for kind in set(kinds.values())}
    common = {"account_id": account_id, "told": told, "state": "outbox" if kept else "waiting", "due_at": now}
    emails = [
        Email(
            member_id=reader.id,
            address=reader.email,
            locale=spoken[reader.id],
            **written[kinds[reader.id]].kept(),
            **common,
        )
        for reader in readers
    ]
    invoice = document_of(happened.event)
    if invoice and (others := recipients(account, everybody)):
        said = write_to_recipient(account, happened.event, invoice).kept()
        emails += [Email(address=one, locale=account.locale, **said, **common) for one in others]
    Email.objects.bulk_create(emails)
    return len(emails)


def send_again(policy: Policy, account_id: UUID, email_id: UUID, *, actor: Actor, now: datetime) -> bool:
    """Queue a failed email again; return true if it goes out, and false if it stays in the outbox.

    Errors: NotFound, Refused, NotFailed.
    """
    with locked_account(account_id, actor, now) as found:
        permit(policy, found, actor, SENDING_AGAIN, now)
        email = Email.objects.filter(account_id=account_id, pk=email_id).select_for_update().first()
        if email is None:
            raise NotFound(what=phrase("email"))
        if email.state != "failed":
            raise NotFailed(subject=email.subject)
        state = "waiting" if settings.SENDS_MAIL and not found.sandbox else "outbox"
        Email.objects.filter(pk=email.pk).update(state=state, tries=0, due_at=now, failure="")
        event = EmailSentAgain(letter=email.pk, member=email.member_id)
        record(account_id=account_id, events=[event], actor=actor, on=found.today(now), now=now)
    return state == "waiting"


def choose(person_id: UUID, *, without: Collection[str]) -> None:
    """Save the kinds of optional email that a person does not want."""
    with transaction.atomic():
        Unwanted.objects.filter(person_id=person_id).exclude(about__in=without).delete()
        rows = [Unwanted(id=uuid7(), person_id=person_id, about=one) for one in without]
        Unwanted.objects.bulk_create(rows, ignore_conflicts=True)


def goes_out(person_id: UUID) -> bool:
    """Return true if emails to a person about their own sign-in go out."""
    return settings.SENDS_MAIL and not only_in_sandboxes(person_id)


def write_to(person: Person, written: Written, *, now: datetime, address: str = "") -> None:
    """Keep an email to a person about their own sign-in for the worker to send; without its text if it stays here.

    It goes to the person's address, or to another address that they have or want.
    """
    goes = goes_out(person.pk)
    said = written.kept() if goes else {"subject": written.subject}
    PersonalEmail.objects.create(
        person=person,
        address=address or person.email,
        locale=person.locale,
        state="waiting" if goes else "outbox",
        due_at=now,
        **said,
    )


def send(email_id: UUID, *, now: datetime) -> None:
    """Send a due email. A failure is tried again, each time after a longer pause, and given up after `TRIES`.

    An email that the server or provider refuses for good is given up at once. Errors: the exception of a fault in
    our own code, once the try is counted.
    """
    _send(Email, email_id, now)


def send_personal(email_id: UUID, *, now: datetime) -> None:
    """Send a due personal email in the same way, and delete its text."""
    _send(PersonalEmail, email_id, now)


def _send(kind: type[Email] | type[PersonalEmail], email_id: UUID, now: datetime) -> None:
    email = kind.objects.filter(pk=email_id, state="waiting", due_at__lte=now).first()
    if email is None:
        return
    tries = email.tries + 1
    # The try is counted before it is made, and belongs to whoever counted it: what kills the process counts too.
    mine = kind.objects.filter(pk=email.pk, state="waiting", tries=email.tries, due_at=email.due_at)
    if not mine.update(tries=tries, due_at=now + pause(email.tries)):
        return
    row = kind.objects.filter(pk=email.pk, state="waiting", tries=tries)
    try:
        message(email).send()
    except Exception as raised:
        why = failure(raised)
        given_up = {"state": "failed", "due_at": now} if why.final or tries >= TRIES else {}
        row.update(failure=why.reason, **given_up, **(_forgotten(email) if given_up and kind is PersonalEmail else {}))
        counters.emails.labels("failed" if given_up else "tried").inc()
        if why.ours:
            raised.add_note(f"{kind.__name__} {email.pk}, try {tries}")
            raise
    else:
        row.update(state="sent", sent_at=now, due_at=now, failure="", **_forgotten(email))
        counters.emails.labels("sent").inc()


def _forgotten(email: Email | PersonalEmail) -> dict[str, str]:
    """Return the columns to empty once an email is out, if it brought a link that lets its reader in."""
    forgets = isinstance(email, PersonalEmail) or email.secret or INVITATION in email.text
    return {"text": "", "html": "", "secret": ""} if forgets else {}


def seal_anew() -> int:
    """Seal the secrets of emails under the present key, if they are not yet; return how many."""
    count = 0
    for kind in (Email, PersonalEmail):
        linked = Q(text__contains=INVITATION) | Q(text__contains="/sign-in/") | Q(text__contains="/me/address/")
        rows = kind.objects.exclude(state="sent").filter(~Q(secret="") | linked)
        for row in rows.iterator():
            columns = _sealed_anew(row)
            count += kind.objects.filter(pk=row.pk, secret=row.secret).update(**columns) if columns else 0
    return count


def _sealed_anew(row: Email | PersonalEmail) -> dict[str, str]:
    """Return the columns of an email whose secret is not sealed under the present key; none where nothing reads it."""
    if not row.secret:
        secret = found(row.text)
        return asdict(sealed(row.text, row.html, secret)) if secret else {}
    if is_present(row.secret):
        return {}
    try:
        return {"secret": seal(unseal(row.secret))}
    except InvalidToken:
        return {}


def pause(tries: int) -> timedelta:
    """Return the pause after a failed try, from the number of tries before it."""
    longer: timedelta = FIRST_PAUSE * 4**tries
    return min(longer, LONGEST_PAUSE)
