"""One call at the door: whose key, on which account, as whom, at what moment, and whether it was answered before."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.http import HttpRequest
from ninja.security import HttpBearer

from bursar.accounts.keys import holding
from bursar.accounts.locked_account import admit
from bursar.accounts.queries import Customer, customer, is_member
from bursar.api.actor import named
from bursar.core.messages.problem import Invalid, NotFound, Problem, phrase
from bursar.core.policy.policy import Actor, Outcome, Policy, Vendor, decide
from bursar.core.policy.refusal import Refused
from bursar.history.queries import Answer, IdempotencyKey, answered
from bursar.policy.queries import current

MOST_KEY: Final = 255
READING: Final = ("GET", "HEAD")


class NoKey(Problem):
    """A valid key is needed: send "Authorization: Bearer KEY"; "bursar key create NAME" makes one."""

    code = "no_key"


class VendorDoor(Problem):
    """Only the vendor's programs do this; send it without Bursar-Actor."""

    code = "vendor_only"


class KeyReadsOnly(Problem):
    """This key only reads; send this with a key that was made without --reads-only."""

    code = "key_reads_only"


class KeyOfOneAccount(Problem):
    """This key is for one account alone; send this with a key that was made without --account."""

    code = "key_of_one_account"


class KeyForMembers(Problem):
    """This key acts for members only: name one of the account's in Bursar-Actor; what only the vendor does is sent with a key that was made without --members."""  # noqa: E501

    code = "key_for_members"


class UnknownActor(Invalid):
    """{actor} is not a member of this account; name one of its members in Bursar-Actor, or leave the header out."""

    code = "unknown_actor"


class TooLarge(Problem):
    """The body is larger than {most} bytes; send less at once."""

    code = "too_large"


class WrongMethod(Problem):
    """This address does not have that method; it has {allowed}."""

    code = "wrong_method"


class BadIdempotencyKey(Invalid):
    """An Idempotency-Key has 1 to {most} characters, all of them ASCII."""

    code = "bad_idempotency_key"


@dataclass
class Call:
    """A call about one account, by the key of a program of the vendor; `member` is the email of whom it speaks for.

    Without a member it is the vendor's own. `tries` is whether it is to do something. What it needs of the database is
    read when it is first asked for; `alone`, of the account's people only the owner and whom it speaks for.
    Errors: NotFound, UnknownActor, NotActive.
    """

    id: UUID
    key: Vendor
    member: str | None
    now: datetime
    tries: bool
    alone: bool = False

    @cached_property
    def customer(self) -> Customer:
        """The account."""
        return customer(self.id, only=(self.member or "") if self.alone else None)

    @cached_property
    def policy(self) -> Policy:
        """The policy in force."""
        return current()

    @cached_property
    def actor(self) -> Actor:
        """The member that Bursar-Actor names, or the vendor."""
        if self.member is None:
            return self.key
        found = next((member for member in self.customer.account.members if member.email.lower() == self.member), None)
        if found is None:
            raise UnknownActor(actor=self.member[:254])
        if not found.active:
            # Whom to ask is somebody else, so everybody is read.
            admit(self.policy, customer(self.id), found, self.now, tries=self.tries)
        return found

    @property
    def today(self) -> date:
        """What day it is for the account."""
        return self.customer.today(self.now)

    @property
    def by_vendor(self) -> bool:
        """Whether the vendor calls, not a member."""
        return isinstance(self.actor, Vendor)

    def permit(self, capability: str) -> None:
        """Nothing, if the actor may. Errors: Refused."""
        decision = decide(self.policy, self.customer.account, self.actor, capability, self.today)
        if decision.outcome is not Outcome.ALLOWED:
            raise Refused(decision)


class Key(HttpBearer):
    """Lets in who sends a vendor key."""

    def authenticate(self, request: HttpRequest, token: str) -> UUID:
        """The id of the key. Errors: NoKey, BadActor, KeyForMembers, KeyReadsOnly, KeyOfOneAccount, NotFound."""
        found = holding(token, now=moment())
        if found is None:
            raise NoKey()
        # Whether or not the operation asks as whom it is called: what cannot be read is not passed over.
        actor = named(request)
        if found.scope == "members":
            of_an_account = request.resolver_match is not None and "account_id" in request.resolver_match.kwargs
            # What is of no account is read by who is a member of some; an account knows its own.
            if actor is None or not (of_an_account or is_member(actor)):
                raise KeyForMembers()
            request.for_members = True  # type: ignore[attr-defined]  # what only the vendor does is not for it
        if found.reads_only and request.method not in READING:
            raise KeyReadsOnly()
        if found.account_id is not None:
            asked = request.resolver_match.kwargs.get("account_id") if request.resolver_match else None
            if asked is None:
                raise KeyOfOneAccount()
            if str(asked) != str(found.account_id):
                raise NotFound(what=phrase("account"))
            request.of_one_account = True  # type: ignore[attr-defined]  # who may be in others is not to be signed in
        return found.id


def enter(request: HttpRequest, account_id: UUID, *, alone: bool = False) -> Call:
    """A call about an account that is there; `alone`, it decides nothing. Errors: NotFound, UnknownActor, NotActive."""
    call = approach(request, account_id, alone=alone)
    call.customer, call.actor  # noqa: B018  # reading them is what may fail
    return call


def approach(request: HttpRequest, account_id: UUID, *, alone: bool = False) -> Call:
    """A call to do something, which reads the account itself, under its lock. Errors: UnknownActor, NotActive."""
    member = named(request)
    call = Call(account_id, _vendor(request), member, moment(), request.method not in READING, alone)
    request.call = call  # type: ignore[attr-defined]  # a refusal is explained from it
    if member is not None:
        call.actor  # noqa: B018  # whoever may do nothing is told so first, also where this was answered before
    return call


def vendor(request: HttpRequest) -> Vendor:
    """The vendor, whose key this is. Errors: VendorDoor, KeyForMembers for a call as a member."""
    if getattr(request, "for_members", False):
        raise KeyForMembers()
    if named(request) is not None:
        raise VendorDoor()
    return _vendor(request)


def moment() -> datetime:
    """The real moment; everything further in is given it."""
    return datetime.now(UTC)


def once(request: HttpRequest, action: Callable[[IdempotencyKey | None], Answer]) -> Answer:
    """What a deed is answered; sent again with the same key and body, the same without doing it again.

    Errors: OtherBody, BadIdempotencyKey, and those of the deed.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return action(None)
    if not 1 <= len(key) <= MOST_KEY or not (key.isascii() and key.isprintable()):
        raise BadIdempotencyKey(most=MOST_KEY)
    digest = hashlib.sha256((named(request) or "").encode() + b"\n" + request.body).hexdigest()
    asked = IdempotencyKey(f"{_vendor(request).id} {request.method} {request.path}", key, digest)
    if (before := answered(asked)) is not None:
        return before
    try:
        return action(asked)
    except (Problem, IntegrityError):
        # Somebody may have sent the same at the same moment and been first.
        if (meanwhile := answered(asked)) is not None:
            return meanwhile
        raise


def _vendor(request: HttpRequest) -> Vendor:
    return Vendor(getattr(request, "auth", None))
