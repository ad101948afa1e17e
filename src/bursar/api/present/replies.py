"""The answer of a deed, shown from what it made: now, or when the same is sent again."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from ninja import Status

from bursar.accounts import queries as accounts
from bursar.accounts.sessions import session
from bursar.api.call import Call
from bursar.api.present import values as show
from bursar.checkout import Declined, Result
from bursar.core.messages.problem import NotFound, phrase
from bursar.history.queries import Answer
from bursar.subscriptions.queries import request

Reply = Status[dict[str, Any]]


def reply(call: Call, answer: Answer) -> Reply:
    """The status and document of a deed. Errors: Declined, where that is what came of it."""
    if answer.kind == "attempt":
        return _attempt(call, UUID(answer.id))
    return Status(answer.status, _SHOWN[answer.kind](call, UUID(answer.id)))


def taken(call: Call, result: Result) -> Answer:
    """The answer of a taking: what it made, or the payment that must be finished first."""
    # The answer shows the account as it is now, without reading it again.
    call.customer = result.customer
    if result.order_id is not None and result.attempt_id is None:
        return Answer("take", str(result.order_id), 201)
    return Answer("attempt", str(result.attempt_id), 201)


def _attempt(call: Call, attempt_id: UUID) -> Reply:
    shown = show.attempt(call, attempt_id)
    if shown["state"] == "failed":
        raise Declined(reason=shown["reason"])
    return Status(201 if shown["state"] == "succeeded" else 202, shown)


def _member(call: Call, member_id: UUID) -> dict[str, Any]:
    """A member, unless they have left since. Errors: NotFound."""
    found = next((row for row in accounts.members(call.id) if row.id == member_id), None)
    if found is None:
        raise NotFound(what=phrase("member"))
    return show.member(found)


def _override(call: Call, override_id: UUID) -> dict[str, Any]:
    """An override, unless it was ended since. Errors: NotFound."""
    found = next((row for row in accounts.overrides(call.id) if row.id == override_id), None)
    if found is None:
        raise NotFound(what=phrase("override"))
    return show.override(found)


def _session(call: Call, session_id: UUID) -> dict[str, Any]:
    row = session(call.id, session_id)
    address = f"{settings.BURSAR_URL}/session/{row.secret}"
    return {"id": str(row.id), "address": address, "expires_at": row.expires_at.isoformat()}


_SHOWN: Final[dict[str, Callable[[Call, UUID], dict[str, Any]]]] = {
    "account": lambda call, _: show.account(call.customer, call),
    "member": _member,
    "override": _override,
    "session": _session,
    "quote": show.quote,
    "take": show.taking,
    "payment": show.payment,
    "refund": show.refund,
    "request": lambda call, request_id: show.request_now(call, request(call.id, request_id)),
}
