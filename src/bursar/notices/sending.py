"""Send emails, and send failed emails again."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from bursar.accounts.locked_account import locked_account, permit
from bursar.core.events.people import EmailSentAgain
from bursar.core.messages.problem import Conflict, NotFound, phrase
from bursar.core.policy.policy import Actor, Policy
from bursar.history.actions import record
from bursar.logs import counters
from bursar.notices.failure import failure_of
from bursar.notices.message import message
from bursar.notices.models import Email, PersonalEmail
from bursar.notices.secret import INVITATION

TRIES: Final = 6
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(days=1)
"""The number of tries to send an email, and the pauses between them: each is four times the one before."""
RESEND_CAPABILITY: Final = "manage_members"
"""The capability to send a failed email again. An email may hold an invitation, so it is that of inviting."""


class NotFailed(Conflict):
    """The email "{subject}" did not fail, or is already being sent again; reload the page."""

    code = "letter_not_failed"


def send_again(policy: Policy, account_id: UUID, email_id: UUID, *, actor: Actor, now: datetime) -> bool:
    """Queue a failed email again; return true if it goes out, and false if it stays in the outbox.

    Errors: NotFound, Refused, NotFailed.
    """
    with locked_account(account_id, actor, now) as customer:
        permit(policy, customer, actor, RESEND_CAPABILITY, now)
        # Locked, because the worker changes the row without the lock of the account.
        email = Email.objects.filter(account_id=account_id, pk=email_id).select_for_update().first()
        if email is None:
            raise NotFound(what=phrase("email"))
        if email.state != "failed":
            raise NotFailed(subject=email.subject)
        state = "waiting" if settings.SENDS_MAIL and not customer.sandbox else "outbox"
        Email.objects.filter(pk=email.pk).update(state=state, tries=0, due_at=now, failure="")
        event = EmailSentAgain(letter=email.pk, member=email.member_id)
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)
    return state == "waiting"


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
    # The try is counted before it is made, so that an email which kills the process is not tried for ever. Its count is
    # the worker's claim: another worker that read the same row finds another count, and leaves the email alone.
    claim = kind.objects.filter(pk=email.pk, state="waiting", tries=email.tries, due_at=email.due_at)
    if not claim.update(tries=tries, due_at=now + pause_after(email.tries)):
        return
    # If the answer takes longer than the pause, another worker may have begun the next try; its result then counts.
    row = kind.objects.filter(pk=email.pk, state="waiting", tries=tries)
    try:
        message(email).send()
    except Exception as raised:
        failure = failure_of(raised)
        given_up = {"state": "failed", "due_at": now} if failure.final or tries >= TRIES else {}
        # An email of an account can be sent again, so its text stays. Nobody sends a personal email again.
        emptied = _columns_to_empty(email) if given_up and kind is PersonalEmail else {}
        row.update(failure=failure.reason, **given_up, **emptied)
        counters.emails.labels("failed" if given_up else "tried").inc()
        if failure.ours:
            raised.add_note(f"{kind.__name__} {email.pk}, try {tries}")
            raise
    else:
        row.update(state="sent", sent_at=now, due_at=now, failure="", **_columns_to_empty(email))
        counters.emails.labels("sent").inc()


def _columns_to_empty(email: Email | PersonalEmail) -> dict[str, str]:
    """Return the columns to empty once an email is sent or given up, if it has a link that lets its reader in."""
    # Emails of releases that sealed nothing have the link of an invitation in their text.
    lets_in = isinstance(email, PersonalEmail) or email.secret or INVITATION in email.text
    return {"text": "", "html": "", "secret": ""} if lets_in else {}


def pause_after(tries: int) -> timedelta:
    """Return the pause after a failed try, from the number of tries before it."""
    longer: timedelta = FIRST_PAUSE * 4**tries
    return min(longer, LONGEST_PAUSE)
