"""Write the answer of an action from its result: at once, or again when the same call is sent again."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from ninja import Status

from bursar.accounts import queries as accounts
from bursar.accounts.member_list import member_row
from bursar.accounts.sessions import session
from bursar.api.call import Call
from bursar.api.present import values as present
from bursar.checkout import Declined, Result
from bursar.core.messages.problem import NotFound, phrase
from bursar.history.queries import Answer
from bursar.subscriptions.queries import request

Reply = Status[dict[str, Any]]


def reply(call: Call, answer: Answer) -> Reply:
    """Return the status and document of an answer. Errors: Declined, if the payment failed."""
    # A kept answer has the status of its first time; an attempt has moved on since, and its status with it.
    if answer.kind == "attempt":
        return _attempt(call, UUID(answer.id))
    return Status(answer.status, _PRESENT[answer.kind](call, UUID(answer.id)))


def order_answer(call: Call, result: Result) -> Answer:
    """Return the answer of an order: its result, or the payment that must be finished first."""
    # The answer shows the account as it is now, without reading it again.
    call.customer = result.customer
    if result.order_id is not None and result.attempt_id is None:
        return Answer("take", str(result.order_id), 201)
    return Answer("attempt", str(result.attempt_id), 201)


def _attempt(call: Call, attempt_id: UUID) -> Reply:
    attempt = present.attempt(call, attempt_id)
    # A declined payment is an error to the program that ordered, also when it repeats the call.
    if attempt["state"] == "failed":
        raise Declined(reason=attempt["reason"])
    return Status(201 if attempt["state"] == "succeeded" else 202, attempt)


def _member(call: Call, member_id: UUID) -> dict[str, Any]:
    """Return a member. Errors: NotFound, also if they have left since."""
    member = member_row(call.id, member_id)
    if member is None:
        raise NotFound(what=phrase("member"))
    return present.member(member)


def _override(call: Call, override_id: UUID) -> dict[str, Any]:
    """Return an override. Errors: NotFound, also if it was ended since."""
    override = next((row for row in accounts.overrides(call.id) if row.id == override_id), None)
    if override is None:
        raise NotFound(what=phrase("exception"))
    return present.override(override)


def _session(call: Call, session_id: UUID) -> dict[str, Any]:
    row = session(call.id, session_id)
    # Whoever has the secret is signed in. It is signed and not stored, so a call sent again still gets the same link.
    address = f"{settings.BURSAR_URL}/session/{row.secret}"
    return {"id": str(row.id), "address": address, "expires_at": row.expires_at.isoformat()}


_PRESENT: Final[dict[str, Callable[[Call, UUID], dict[str, Any]]]] = {
    "account": lambda call, _: present.account(call.customer, call),
    "member": _member,
    "override": _override,
    "session": _session,
    "quote": present.quote,
    "take": present.order_result,
    "payment": present.payment,
    "refund": present.refund,
    "request": lambda call, request_id: present.request_now(call, request(call.id, request_id)),
}
