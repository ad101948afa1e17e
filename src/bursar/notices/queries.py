"""Read facts that have no emails yet, and emails that wait to be sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from bursar.accounts.relations import MEMBERS
from bursar.columns.ids import first_of
from bursar.columns.statement import like_literal, select, select_one
from bursar.history.queries import ENTRIES
from bursar.notices.secret import fill_secret

TELL_WITHIN: Final = timedelta(days=7)
"""The age at which a fact is no news any more. Nobody gets an email about an older one, not even after an outage."""


@dataclass(frozen=True, slots=True)
class OutboxEmail:
    """An email in the outbox."""

    id: UUID
    name: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class EmailRow:
    """An email of an account as the desk sees it; `name` is empty where the reader is no member.

    `failure` is the reason of the last failed try, as the server or provider gave it.
    """

    id: UUID
    at: datetime
    name: str
    address: str
    subject: str
    state: str
    tries: int
    due_at: datetime
    sent_at: datetime | None
    failure: str


@dataclass(frozen=True, slots=True)
class UntoldFact:
    """A fact whose emails could not be written: the number of tries, the reason, and if Bursar gave up."""

    account_id: UUID
    entry_id: UUID
    kind: str
    on: date
    tries: int
    due_at: datetime
    failure: str
    given_up: bool


def untold(kinds: Collection[str], now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Return facts of these kinds without emails, the oldest first, as account and entry.

    Facts that failed before come last, so that they keep no other fact waiting, however many they are.
    """
    since = first_of(now - TELL_WITHIN)
    # Ids are made in the order of time, so they stand for the moments at which the facts were recorded.
    fresh: list[tuple[UUID, UUID]] = select(_UNTOLD, kinds=list(kinds), since=since, limit=limit)
    return fresh + select(_UNTOLD_AGAIN, now=now, since=since, limit=limit)


def not_told(now: datetime, limit: int, account_id: UUID | None = None) -> list[UntoldFact]:
    """Return the facts whose emails could not be written, of an account or of all, the newest first."""
    since = first_of(now - TELL_WITHIN)
    return [UntoldFact(*row) for row in select(_NOT_TOLD, since=since, account=account_id, limit=limit)]


def failed_since(moment: datetime) -> tuple[int, int]:
    """Return how many emails, and how many personal emails, failed for good since a moment."""
    [counts] = select(_FAILED_SINCE, since=moment)
    return counts[0], counts[1]


def unwanted_kinds(person_id: UUID) -> frozenset[str]:
    """Return the kinds of optional email that a person does not want."""
    return frozenset(about for (about,) in select(_UNWANTED_BY, person=person_id))


def members_not_wanting(account_id: UUID, about: str) -> frozenset[UUID]:
    """Return the members of an account who do not want a kind of optional email."""
    return frozenset(member for (member,) in select(_UNWANTED_IN, account=account_id, about=about))


def emails_to_send(now: datetime, limit: int) -> list[UUID]:
    """Return the emails that are due to be sent."""
    return [email for (email,) in select(_WAITING, now=now, limit=limit)]


def personal_emails_to_send(now: datetime, limit: int) -> list[UUID]:
    """Return the personal emails that are due to be sent."""
    return [email for (email,) in select(_WAITING_PERSONAL, now=now, limit=limit)]


def emails_due(now: datetime) -> tuple[int, datetime | None]:
    """Return how many emails are due to be sent, and since when the first of them."""
    return select_one(_SENDING, now=now) or (0, None)


def outbox(account_id: UUID, limit: int) -> list[OutboxEmail]:
    """Return the emails in the outbox of an account, the newest first."""
    rows = select(_OUTBOX, account=account_id, limit=limit)
    return [
        OutboxEmail(id_, name, address, subject, fill_secret(text, secret))
        for id_, name, address, subject, text, secret in rows
    ]


def emails(account_id: UUID, *, address: str, state: str, before: UUID | None, limit: int) -> list[EmailRow]:
    """Return the emails of an account, the newest first: to an address with this part, in a state, before an email."""
    part = f"%{like_literal(address.lower())}%"
    return [
        EmailRow(*row)
        for row in select(_EMAILS, account=account_id, part=part, state=state, before=before, limit=limit)
    ]


_UNTOLD: Final = f"""
SELECT e.account_id, e.id FROM {ENTRIES} e
WHERE e.kind = ANY(%(kinds)s) AND e.id > %(since)s AND NOT EXISTS (
    SELECT FROM notices_told t WHERE t.account_id = e.account_id AND t.entry_id = e.id
) AND NOT EXISTS (
    SELECT FROM notices_nottold n WHERE n.account_id = e.account_id AND n.entry_id = e.id
)
ORDER BY e.id LIMIT %(limit)s
"""
_UNTOLD_AGAIN: Final = """
SELECT account_id, entry_id FROM notices_nottold
WHERE due_at <= %(now)s AND entry_id > %(since)s ORDER BY due_at LIMIT %(limit)s
"""
_NOT_TOLD: Final = f"""
SELECT n.account_id, n.entry_id, e.kind, e.on, n.tries, n.due_at, n.failure, n.entry_id <= %(since)s
FROM notices_nottold n JOIN {ENTRIES} e ON e.account_id = n.account_id AND e.id = n.entry_id
WHERE %(account)s::uuid IS NULL OR n.account_id = %(account)s ORDER BY n.entry_id DESC LIMIT %(limit)s
"""
_FAILED_SINCE: Final = """
SELECT (SELECT count(*) FROM notices_email WHERE state = 'failed' AND due_at > %(since)s),
    (SELECT count(*) FROM notices_personalemail WHERE state = 'failed' AND due_at > %(since)s)
"""
_UNWANTED_BY: Final = "SELECT about FROM notices_unwanted WHERE person_id = %(person)s"
_UNWANTED_IN: Final = f"""
SELECT m.id FROM {MEMBERS} m JOIN notices_unwanted u ON u.person_id = m.person_id
WHERE m.account_id = %(account)s AND u.about = %(about)s
"""
_WAITING: Final = """
SELECT id FROM notices_email WHERE state = 'waiting' AND due_at <= %(now)s ORDER BY due_at LIMIT %(limit)s
"""
_WAITING_PERSONAL: Final = """
SELECT id FROM notices_personalemail WHERE state = 'waiting' AND due_at <= %(now)s ORDER BY due_at LIMIT %(limit)s
"""
_SENDING: Final = """
SELECT count(*), min(due_at) FROM (
    SELECT due_at FROM notices_email WHERE state = 'waiting' AND due_at <= %(now)s
    UNION ALL SELECT due_at FROM notices_personalemail WHERE state = 'waiting' AND due_at <= %(now)s
) emails
"""
_OUTBOX: Final = f"""
SELECT l.id, coalesce(m.name, l.address), l.address, l.subject, l.text, l.secret FROM notices_email l
LEFT JOIN {MEMBERS} m ON m.account_id = l.account_id AND m.id = l.member_id
WHERE l.account_id = %(account)s AND l.state = 'outbox' ORDER BY l.id DESC LIMIT %(limit)s
"""
_EMAILS: Final = f"""
SELECT l.id, t.at, coalesce(m.person_name, ''), l.address, l.subject, l.state, l.tries, l.due_at, l.sent_at, l.failure
FROM notices_email l
JOIN notices_told t ON t.account_id = l.account_id AND t.id = l.told_id
LEFT JOIN {MEMBERS} m ON m.account_id = l.account_id AND m.id = l.member_id
WHERE l.account_id = %(account)s AND lower(l.address) LIKE %(part)s
AND (%(state)s = '' OR l.state = %(state)s) AND (%(before)s::uuid IS NULL OR l.id < %(before)s)
ORDER BY l.id DESC LIMIT %(limit)s
"""
