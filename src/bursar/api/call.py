"""A call to the API: its key, its account, its actor and its time; and the answer kept under an idempotency key."""

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

from bursar.accounts.keys import valid_key
from bursar.accounts.locked_account import admit
from bursar.accounts.queries import Customer, customer, is_member
from bursar.api.actor import actor_address
from bursar.columns.address import MOST_ADDRESS
from bursar.core.messages.problem import Invalid, NotFound, Problem, phrase
from bursar.core.policy.policy import Actor, Outcome, Policy, Vendor, decide
from bursar.core.policy.refusal import Refused
from bursar.history.queries import Answer, IdempotencyKey, stored_response
from bursar.policy.queries import current

MOST_KEY_CHARACTERS: Final = 255
"""Many times the length of a UUID, which most programs send; a stored key is in an index."""
READ_METHODS: Final = ("GET", "HEAD")


class NoKey(Problem):
    """A valid key is needed: send "Authorization: Bearer KEY"; "bursar key create NAME" makes one."""

    code = "no_key"


class VendorCallsOnly(Problem):
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
    """A call about one account, made with a vendor key. `member` is the email of the member that it is made for.

    Without a member the vendor itself calls. A call that `writes` may change something. Rows are read when first used.
    Errors: NotFound, UnknownActor, NotActive.
    """

    id: UUID
    key: Vendor
    member: str | None
    now: datetime
    writes: bool

    @cached_property
    def customer(self) -> Customer:
        """The account."""
        return customer(self.id, email=self.member or "")

    @cached_property
    def policy(self) -> Policy:
        """The policy in force."""
        return current()

    @cached_property
    def actor(self) -> Actor:
        """The member that Bursar-Actor names, or the vendor."""
        if self.member is None:
            return self.key
        caller = next((member for member in self.customer.account.members if member.email.lower() == self.member), None)
        if caller is None:
            # No address is longer; a longer text would only fill the answer and the logs.
            raise UnknownActor(actor=self.member[:MOST_ADDRESS])
        if not caller.active:
            admit(self.policy, self.customer, caller, self.now, record_attempt=self.writes)
        return caller

    @property
    def today(self) -> date:
        """Return the account's own day."""
        return self.customer.today(self.now)

    @property
    def by_vendor(self) -> bool:
        """Return true if the vendor calls and not a member."""
        return isinstance(self.actor, Vendor)

    def permit(self, capability: str) -> None:
        """Raise Refused unless the policy allows the actor this capability."""
        decision = decide(self.policy, self.customer.account, self.actor, capability, self.today)
        if decision.outcome is not Outcome.ALLOWED:
            raise Refused(decision)


class Key(HttpBearer):
    """Authentication of a call by its vendor key."""

    def authenticate(self, request: HttpRequest, token: str) -> UUID:
        """Return the id of the key."""
        key = valid_key(token, now=real_now())
        if key is None:
            raise NoKey()
        # Read it even where the operation has no use for it: a header that cannot be read is never ignored.
        actor = actor_address(request)
        if key.scope == "members":
            of_an_account = request.resolver_match is not None and "account_id" in request.resolver_match.kwargs
            # Without an account in the path it is enough to be a member of any; with one, `Call.actor` checks.
            if actor is None or not (of_an_account or is_member(actor)):
                raise KeyForMembers()
            request.for_members = True  # type: ignore[attr-defined]  # `require_vendor` refuses it
        if key.reads_only and request.method not in READ_METHODS:
            raise KeyReadsOnly()
        if key.account_id is not None:
            account_id = request.resolver_match.kwargs.get("account_id") if request.resolver_match else None
            if account_id is None:
                raise KeyOfOneAccount()
            # The same answer as for an account that does not exist: the key must not learn which others there are.
            if str(account_id) != str(key.account_id):
                raise NotFound(what=phrase("account"))
            request.of_one_account = True  # type: ignore[attr-defined]  # `open_session` refuses it
        return key.id


def open_call(request: HttpRequest, account_id: UUID) -> Call:
    """Open a call about an account, which is read and checked at once. Errors: NotFound, UnknownActor, NotActive."""
    call = open_deferred_call(request, account_id)
    call.customer, call.actor  # noqa: B018  # reading them raises if the account or its member is not there
    return call


def open_deferred_call(request: HttpRequest, account_id: UUID) -> Call:
    """Open a call whose action reads the account itself, under its lock. Errors: UnknownActor, NotActive."""
    member = actor_address(request)
    call = Call(account_id, _vendor(request), member, real_now(), request.method not in READ_METHODS)
    request.call = call  # type: ignore[attr-defined]  # `problems.refusal` words its answer from it
    if member is not None:
        call.actor  # noqa: B018  # refuse a suspended member before a kept answer is sent again
    return call


def require_vendor(request: HttpRequest) -> Vendor:
    """Return the vendor as the actor. Errors: VendorCallsOnly, KeyForMembers for a call for a member."""
    if getattr(request, "for_members", False):
        raise KeyForMembers()
    if actor_address(request) is not None:
        raise VendorCallsOnly()
    return _vendor(request)


def real_now() -> datetime:
    """Return the time now. The edges read the clock; everything below gets the time as a parameter."""
    return datetime.now(UTC)


def answer_once(request: HttpRequest, action: Callable[[IdempotencyKey | None], Answer]) -> Answer:
    """Return the answer of an action; for a key and body sent before, return the kept answer and do nothing.

    Errors: OtherBody, BadIdempotencyKey, and those of the action.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return action(None)
    if not 1 <= len(key) <= MOST_KEY_CHARACTERS or not (key.isascii() and key.isprintable()):
        raise BadIdempotencyKey(most=MOST_KEY_CHARACTERS)
    # The actor counts as part of the body: an answer kept for one member may name prices that another may not see.
    digest = hashlib.sha256((actor_address(request) or "").encode() + b"\n" + request.body).hexdigest()
    # Two programs, or two operations, may choose the same key without knowing of each other.
    idempotency_key = IdempotencyKey(f"{_vendor(request).id} {request.method} {request.path}", key, digest)
    if (kept := stored_response(idempotency_key)) is not None:
        return kept
    try:
        return action(idempotency_key)
    except (Problem, IntegrityError):
        # The same call may have run in parallel and won; then the kept answer is right, and this error is its shadow.
        if (kept := stored_response(idempotency_key)) is not None:
            return kept
        raise


def _vendor(request: HttpRequest) -> Vendor:
    return Vendor(getattr(request, "auth", None))
