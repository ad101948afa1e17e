"""Open and use sessions, by which the vendor's product sends its people over already signed in; each works once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bursar.accounts.locked_account import locked_account
from bursar.accounts.models import Member, Session
from bursar.accounts.sandbox import is_sandbox_only, lendable_people
from bursar.core.messages.problem import Invalid, NotFound, Problem, phrase
from bursar.core.policy.policy import Actor
from bursar.history.actions import store_response
from bursar.history.queries import IdempotencyKey
from bursar.identity.models import Person

MINUTES: Final = 5
"""The lifetime of a session, in which the product sends the person on."""
Page = Literal[
    "subscription",
    "manage",
    "requests",
    "payment",
    "invoices",
    "details",
    "team",
    "seats",
    "admins",
    "history",
    "capabilities",
]
"""The pages of the admin center that a session may open."""
_SECRETS: Final = Signer(salt="bursar.session")


class NoActiveMember(Invalid):
    """{actor} is no active member of this account; name the email of one who is."""

    code = "no_active_member"


class LivePerson(Invalid):
    """{actor} is in more than sandboxes; a sandbox account signs in only members who are in sandboxes alone."""

    code = "live_person"


class SessionNotValid(Problem):
    """This link was used already, or is too old; go back to the product that sent you here and try again."""

    code = "session_not_valid"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session for the vendor's product, with its secret."""

    id: UUID
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UsedSession:
    """The person whom a session signs in, the page that it opens, and the product's address to go back to.

    `lent` says that the account is a sandbox, so that the session must not sign in a live person.
    """

    person: Person
    lent: bool
    account_id: UUID
    page: str
    return_to: str


def open_session(
    account_id: UUID,
    *,
    email: str,
    page: Page,
    return_to: str,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> UUID:
    """Open a session for the active member of an email; return its id. Errors: NotFound, NoActiveMember, LivePerson."""
    address = email.strip().lower()
    with locked_account(account_id, actor, now, email=address) as customer:
        active = (member for member in customer.account.members if member.active)
        member = next((member for member in active if member.email.lower() == address), None)
        if member is None:
            raise NoActiveMember(actor=email[:254])
        # Many people may hold the keys of a sandbox, so they must not sign in a person of a live account.
        if customer.sandbox and member.id not in lendable_people([member.id]):
            raise LivePerson(actor=email[:254])
        expires_at = now + timedelta(minutes=MINUTES)
        session = Session.objects.create(
            account_id=account_id, member_id=member.id, page=page, return_to=return_to, expires_at=expires_at
        )
        store_response(idempotency_key, kind="session", id=session.pk, status=201, now=now)
    return session.pk


def session(account_id: UUID, session_id: UUID) -> SessionRow:
    """Return a session with its secret, which is the same each time. Errors: NotFound."""
    row = Session.objects.filter(account_id=account_id, pk=session_id).first()
    if row is None:
        raise NotFound(what=phrase("session"))
    return SessionRow(row.pk, _SECRETS.sign(str(row.pk)), row.expires_at)


def use_session(secret: str, *, now: datetime) -> UsedSession:
    """Use a session, once, if its member is still active. Errors: SessionNotValid."""
    try:
        session_id = UUID(_SECRETS.unsign(secret))
    except (BadSignature, ValueError):
        raise SessionNotValid() from None
    valid = Session.objects.filter(pk=session_id, expires_at__gt=now, used_at=None)
    if not valid.update(used_at=now):
        raise SessionNotValid()
    session = Session.objects.get(pk=session_id)
    # Checked again: minutes have passed, in which they may have been suspended or have joined a live account.
    members = Member.objects.filter(
        pk=session.member_id, account_id=session.account_id, state="active", removed_at=None
    )
    member = members.filter(person__is_active=True).select_related("person", "account").first()
    if member is None or (member.account.sandbox and not is_sandbox_only(member.person_id)):
        raise SessionNotValid()
    return UsedSession(member.person, member.account.sandbox, session.account_id, session.page, session.return_to)
