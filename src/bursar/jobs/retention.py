"""Delete rows that are no longer needed, each kind after its own time.

| what                                                              | kept for                       |
|-------------------------------------------------------------------|--------------------------------|
| sign-in links, used or not                                        | `WAYS_IN` after they expire    |
| ways in from the vendor's product, with where they led back       | `WAYS_IN` after they expire    |
| addresses that were asked for and never confirmed                 | `WAYS_IN`                      |
| when invitations were sent, as far as they count against the hour | `WAYS_IN`                      |
| sessions of browsers                                              | until they expire              |
| forms that wait, sealed in a session, until somebody signed in    | an hour, or until they sign in |
| attempts to sign in                                               | until they count no longer     |
| emails about sign-in, sent, failed or kept                       | `EMAILS`                      |
| that a fact could not be told                                     | `NOT_TOLD` after the last try  |
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as BrowserSession
from django.db import connection
from django.db.models import Model, QuerySet

from bursar.accounts.models import SentInvitation
from bursar.identity.models import AddressChange, SignInLink
from bursar.identity.sign_in_attempts import delete_expired_attempts
from bursar.notices.models import NotTold, PersonalEmail

WAYS_IN: Final = timedelta(days=1)
EMAILS: Final = timedelta(days=30)
NOT_TOLD: Final = timedelta(days=90)
PART: Final = 10_000
"""How many rows one statement deletes."""


def clear(now: datetime) -> int:
    """Delete what is kept no longer, a part at a time; how many rows."""
    ended = now - WAYS_IN
    over: tuple[QuerySet[Model], ...] = (
        SignInLink.objects.filter(expires_at__lt=ended),
        AddressChange.objects.filter(changed_at=None, asked_at__lt=ended),
        SentInvitation.objects.filter(sent_at__lt=ended),
        PersonalEmail.objects.exclude(state="waiting").filter(due_at__lt=now - EMAILS),
        NotTold.objects.filter(due_at__lt=now - NOT_TOLD),
        BrowserSession.objects.filter(expire_date__lt=now),
    )
    steps = [_deleting(rows) for rows in over]
    return sum(_whole(step) for step in (*steps, lambda: _ways_in(ended), _ended_sessions, delete_expired_attempts))


def _whole(step: Callable[[], int]) -> int:
    """Do a step until it finds nothing more; how many rows it deleted in all."""
    total = 0
    while deleted := step():
        total += deleted
    return total


def _deleting(rows: "QuerySet[Model]") -> Callable[[], int]:
    """The step that deletes a part of some rows, in one statement."""
    return lambda: rows.model._default_manager.filter(pk__in=rows.order_by("pk").values("pk")[:PART]).delete()[0]


def _ways_in(ended: datetime) -> int:
    """Delete ways in from the product, with the stored responses that answer with them, so that the key asks anew."""
    with connection.cursor() as cursor:
        cursor.execute(_WAYS_IN, {"ended": ended, "part": PART})
        return int(cursor.rowcount)


def _ended_sessions() -> int:
    """Forget of sessions of people where they were, once they are gone."""
    gone = UserSession.objects.exclude(session_key__in=BrowserSession.objects.values("session_key"))
    return int(UserSession.objects.filter(pk__in=gone.values("pk")[:PART]).delete()[0])


_WAYS_IN: Final = """
WITH gone AS (
    DELETE FROM accounts_session WHERE id IN (
        SELECT id FROM accounts_session WHERE expires_at < %(ended)s LIMIT %(part)s
    ) RETURNING id
), answered AS (
    DELETE FROM history_storedresponse r USING gone WHERE r.answer_kind = 'session' AND r.answer_id = gone.id::text
)
SELECT id FROM gone
"""
