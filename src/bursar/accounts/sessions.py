"""People whom the vendor's product sends over: a way in that works once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bursar.accounts.locked_account import locked_account
from bursar.accounts.models import Member, Session
from bursar.accounts.sandbox import only_in_sandboxes, people_to_lend
from bursar.core.messages.problem import Invalid, NotFound, Problem, phrase
from bursar.core.policy.policy import Actor
from bursar.history.actions import answer
from bursar.history.queries import IdempotencyKey
from bursar.identity.models import Person

MINUTES: Final = 5
"""How long the product has to send the person on."""
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
"""Where in the Admin Center somebody can be sent."""
_WAYS: Final = Signer(salt="bursar.session")


class NoActiveMember(Invalid):
    """{actor} is no active member of this account; name the email of one who is."""

    code = "no_active_member"


class LivePerson(Invalid):
    """{actor} is in more than sandboxes; a sandbox account signs in only members who are in sandboxes alone."""

    code = "live_person"


class SessionNotValid(Problem):
    """This way in was used already, or is too old; go back to where you came from and try again."""

    code = "session_not_valid"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as the vendor's product is told of it."""

    id: UUID
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Entered:
    """Who came, where they are going, and the address of the product to which they may go back.

    `lent` is whether they came to a sandbox account, by which nobody becomes somebody who is live.
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
    """A new way in for the active member of that email; its id. Errors: NotFound, NoActiveMember, LivePerson."""
    with locked_account(account_id, actor, now) as customer:
        wanted = email.strip().lower()
        found = (member for member in customer.account.members if member.active and member.email.lower() == wanted)
        member = next(found, None)
        if member is None:
            raise NoActiveMember(actor=email[:254])
        if customer.sandbox and member.id not in people_to_lend([member.id]):
            raise LivePerson(actor=email[:254])
        until = now + timedelta(minutes=MINUTES)
        made = Session.objects.create(
            account_id=account_id, member_id=member.id, page=page, return_to=return_to, expires_at=until
        )
        answer(idempotency_key, kind="session", id=made.pk, status=201, now=now)
    return made.pk


def session(account_id: UUID, session_id: UUID) -> SessionRow:
    """A session with its secret, which is the same each time. Errors: NotFound."""
    found = Session.objects.filter(account_id=account_id, pk=session_id).first()
    if found is None:
        raise NotFound(what=phrase("session"))
    return SessionRow(found.pk, _WAYS.sign(str(found.pk)), found.expires_at)


def use_session(secret: str, *, now: datetime) -> Entered:
    """Let somebody in, once, if they still are an active member. Errors: SessionNotValid."""
    try:
        session_id = UUID(_WAYS.unsign(secret))
    except (BadSignature, ValueError):
        raise SessionNotValid() from None
    good = Session.objects.filter(pk=session_id, expires_at__gt=now, used_at=None)
    if not good.update(used_at=now):
        raise SessionNotValid()
    way = Session.objects.get(pk=session_id)
    members = Member.objects.filter(pk=way.member_id, account_id=way.account_id, state="active", removed_at=None)
    member = members.filter(person__is_active=True).select_related("person", "account").first()
    if member is None or (member.account.sandbox and not only_in_sandboxes(member.person_id)):
        raise SessionNotValid()
    return Entered(member.person, member.account.sandbox, way.account_id, way.page, way.return_to)
