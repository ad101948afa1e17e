"""Problem details (RFC 9457): the answers of calls that are refused or fail."""

from dataclasses import asdict
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from bursar.api.call import (
    Call,
    KeyForMembers,
    KeyOfOneAccount,
    KeyReadsOnly,
    NoKey,
    TooLarge,
    VendorCallsOnly,
    WrongMethod,
)
from bursar.api.present import values as present
from bursar.checkout import Declined, Stale
from bursar.core.messages.problem import Conflict, Invalid, NotFound, Problem, phrase
from bursar.core.ordering.ceilings import ConfirmationNeeded
from bursar.core.ordering.conflicts import PendingChange, WouldBreak
from bursar.core.ordering.content import write_decision
from bursar.core.policy.member import NotActive, TooManyInvitations
from bursar.core.policy.policy import Outcome
from bursar.core.policy.publishing import TypesInUse
from bursar.core.policy.refusal import Refused
from bursar.core.policy.sandbox_clock import NotTheirClock
from bursar.i18n.absence import inactive_explanation
from bursar.i18n.decision import explanation
from bursar.i18n.problem import message
from bursar.logs import note, request_id
from bursar.policy.queries import current


class BadBody(Invalid):
    """{at}: expected {expected}."""

    code = "bad_body"


class Failed(Problem):
    """Something went wrong on our side, and nothing was half done. Try again; if it stays so, name {request} to customer support."""  # noqa: E501

    code = "failed"


class Unreadable(Problem):
    """The request cannot be read without guessing: {why}; mend that and send it again."""

    code = "unreadable"


class TooSlow(Problem):
    """The body did not arrive within {seconds} seconds; send it again without a pause."""

    code = "too_slow"


_STATUS: Final[tuple[tuple[type[Problem], int], ...]] = (
    (NoKey, 401),
    # "Payment Required" is what RFC 9110 reserves; payment gateways answer a declined card with it too.
    (Declined, 402),
    (Refused, 403),
    (NotActive, 403),
    (VendorCallsOnly, 403),
    (NotTheirClock, 403),
    (KeyReadsOnly, 403),
    (KeyOfOneAccount, 403),
    (KeyForMembers, 403),
    (NotFound, 404),
    (WrongMethod, 405),
    (TooSlow, 408),
    (Conflict, 409),
    (TooLarge, 413),
    (Invalid, 422),
    (TooManyInvitations, 429),
    (Failed, 500),
)
"""Statuses by class; the first that fits counts, so a class stands before those that it derives from."""


def status(problem: Problem) -> int:
    """Return the HTTP status of a problem."""
    return status_of(type(problem))


def status_of(kind: type[Problem]) -> int:
    """Return the HTTP status of problems of a kind."""
    return next((number for problem, number in _STATUS if issubclass(kind, problem)), 400)


def codes(kind: type[Problem]) -> tuple[str, ...]:
    """Return the codes of problems of a kind."""
    return ("by_request", "refused") if issubclass(kind, Refused) else (kind.code,)


def response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the answer that tells a problem."""
    number = status(problem)
    body: dict[str, Any] = {"type": f"urn:bursar:{problem.code}", "title": problem.code, "status": number}
    call: Call | None = getattr(request, "call", None)
    if isinstance(problem, Refused):
        body |= refusal(problem, call)
    else:
        body |= {"code": problem.code, "detail": message(problem)}
    if isinstance(problem, NotActive):
        body |= {"detail": inactive_explanation(problem, current()), "ask": [asdict(person) for person in problem.ask]}
    if isinstance(problem, Stale) and call is not None:
        body["quote"] = present.quote(call, problem.quote_id)
    if isinstance(problem, TypesInUse):
        accounts = [
            {"id": str(account.id), "name": account.name, "account_type": account.account_type}
            for account in problem.accounts
        ]
        body |= {"count": problem.count, "accounts": accounts}
    if isinstance(problem, ConfirmationNeeded):
        body["confirm"] = {"seats": problem.params["seats"], "amount": asdict(problem.params["amount"])}
        body["due_today"] = asdict(problem.params["due"])
    if isinstance(problem, PendingChange):
        body["changes"] = [str(change.id) for change in problem.params["changes"]]
    if isinstance(problem, WouldBreak):
        body["changes"] = [str(problem.params["change"].id)]
    if isinstance(problem, Declined):
        body["reason"] = problem.params["reason"]
    body["request_id"] = request_id()
    note(outcome=body["code"])
    return JsonResponse(body, status=number, content_type="application/problem+json")


def no_such_address(request: HttpRequest) -> NotFound:
    """Return the problem of an address that the API does not have."""
    # Cut, because a client may send a path of any length and the answer repeats it.
    return NotFound(what=phrase("address as {path}", path=request.path[:80]))


def refusal(refused: Refused, call: Call | None) -> dict[str, Any]:
    """Return the fields that explain a refusal: its decision, a sentence and the people to ask."""
    decision = refused.decision
    # A program offers to ask a reviewer after the first code and gives up after the second.
    code = "by_request" if decision.outcome is Outcome.BY_REQUEST else "refused"
    detail = (
        explanation(decision, current(), call.customer.account, call.actor, call.today) if call else message(refused)
    )
    return {**write_decision(decision), "type": f"urn:bursar:{code}", "title": code, "code": code, "detail": detail}
