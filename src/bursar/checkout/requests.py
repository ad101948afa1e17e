"""Submit, reject, withdraw and expire requests; `actions` approves them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from bursar.accounts.locked_account import locked_account, permit
from bursar.accounts.queries import Customer
from bursar.catalog.queries import current as catalog
from bursar.checkout.actions import Stale
from bursar.checkout.checks import check_no_payment_open, check_review, save_quote, usable_quote
from bursar.checkout.consequences import catch_up, overtake
from bursar.checkout.gather import edits_of, gather, preview
from bursar.checkout.write import close_requests
from bursar.core.events.request import (
    RequestExpired,
    RequestRejected,
    RequestReminded,
    RequestSubmitted,
    RequestWithdrawn,
)
from bursar.core.messages.problem import Invalid
from bursar.core.ordering.quote import Quote
from bursar.core.ordering.quote import quote as decide
from bursar.core.ordering.request import Basis, NoNeedToAsk, RequestOpen, check_submittable, check_withdrawal
from bursar.core.policy.policy import SYSTEM, Actor, Member, Policy, Vendor
from bursar.core.subscription.edit import Edit
from bursar.history.actions import record, store_response
from bursar.history.queries import IdempotencyKey
from bursar.invoices import actions as invoices
from bursar.payments.queries import open_attempt_expires_at
from bursar.policy.queries import current as policy
from bursar.subscriptions import actions as subscriptions
from bursar.subscriptions.queries import RequestRow, open_request, request
from bursar.subscriptions.waiting import unreviewed

MOST_TEXT = 1000
"""The most characters of what somebody writes about a request."""


class ReasonNeeded(Invalid):
    """Say why you reject the request; whoever asked is told."""

    code = "reason_needed"


class NeededTooEarly(Invalid):
    """Say a day from {today} on by which it is needed, or leave it out."""

    code = "needed_too_early"


def submit(
    account_id: UUID,
    *,
    quote_id: UUID | None = None,
    edits: Sequence[Edit] = (),
    reason: str = "",
    needed_by: date | None = None,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> UUID:
    """Submit a request for a saved quote, or for edits as they are decided now; return its id.

    Errors: Refused, Stale, NothingToAsk, NoNeedToAsk, RequestOpen, NeededTooEarly, and those of `quote` and of
    `usable_quote`.
    """
    with locked_account(account_id, actor, now) as customer:
        if not isinstance(actor, Member):
            raise NoNeedToAsk()
        shown = usable_quote(customer, quote_id, now) if quote_id else None
        on = customer.today(now)
        gathered = gather(customer, on, edits=edits, quote_id=quote_id)
        documents = catch_up([gathered], now)
        if gathered.asked:
            # An open request that is over by now must not stand in the way of a new one.
            _expire(customer, now)
            overtake([gathered], now)
            if open_request(account_id) is not None:
                raise RequestOpen()
        if needed_by is not None and needed_by < on:
            raise NeededTooEarly(today=on)
        requested = edits_of(customer, shown) if shown else tuple(edits)
        decided = decide(gathered.context, requested, gathered.customer.as_of_now(actor), on)
        saved_id = save_quote(gathered, decided, requested, actor=actor, now=now)
        if not decided.differs_from_expected:
            check_submittable(decided)
            until = customer.moment(now) + timedelta(days=gathered.context.policy.request_days)
            request_id = _submit(customer, saved_id, actor, reason, needed_by, until, now)
            store_response(idempotency_key, kind="request", id=request_id, status=201, now=now)
        invoices.number(*documents)
    # Raised after the transaction, which keeps what fell due and the quote that is shown instead.
    if decided.differs_from_expected:
        raise Stale(saved_id)
    return request_id


def _submit(
    customer: Customer,
    quote_id: UUID,
    member: Member,
    reason: str,
    needed_by: date | None,
    until: datetime,
    now: datetime,
) -> UUID:
    request_id = subscriptions.submit_request(
        customer.id,
        quote_id,
        member.id,
        reason=reason[:MOST_TEXT],
        needed_by=needed_by,
        at=customer.moment(now),
        expires_at=until,
        now=now,
    )
    event = RequestSubmitted(request=request_id, quote=quote_id)
    record(account_id=customer.id, events=[event], actor=member, on=customer.today(now), now=now)
    return request_id


def reject(
    account_id: UUID,
    request_id: UUID,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> None:
    """Reject a request, with a reason.

    Errors: NotFound, Refused, RequestClosed, ReasonNeeded, PaymentOpen.
    """
    with locked_account(account_id, actor, now) as customer:
        check_review(policy(), customer, request(account_id, request_id), actor, now)
        if not reason.strip():
            raise ReasonNeeded()
        check_no_payment_open(customer, open_attempt_expires_at(account_id))
        event = RequestRejected(request=request_id)
        close_requests([(customer, event)], actor=actor, now=now, answer=reason.strip()[:MOST_TEXT])
        store_response(idempotency_key, kind="request", id=request_id, status=200, now=now)


def withdraw(
    account_id: UUID, request_id: UUID, *, actor: Actor, now: datetime, idempotency_key: IdempotencyKey | None = None
) -> None:
    """Withdraw a request, as its requester or as the vendor.

    Errors: NotFound, Refused, OnlyRequester, RequestClosed, PaymentOpen.
    """
    with locked_account(account_id, actor, now) as customer:
        withdrawn = request(account_id, request_id)
        if isinstance(actor, Vendor):
            permit(policy(), customer, actor, "review_requests", now)
        elif actor.id != withdrawn.member_id:
            # The refusal names the requester, so only people who may see requests get it.
            permit(policy(), customer, actor, "view_subscription", now)
        check_withdrawal(actor, withdrawn.member_id, withdrawn.name)
        withdrawn.status.check_open(customer.moment(now))
        check_no_payment_open(customer, open_attempt_expires_at(account_id))
        close_requests([(customer, RequestWithdrawn(request=request_id))], actor=actor, now=now)
        store_response(idempotency_key, kind="request", id=request_id, status=200, now=now)


def preview_request(customer: Customer, row: RequestRow, actor: Actor, rules: Policy, now: datetime) -> Quote:
    """Quote the edits of a request as they are decided and priced now for an actor. Errors: those of `quote`."""
    return preview(customer, row.edits, actor, customer.today(now), rules)


def basis(customer: Customer, rules: Policy) -> Basis:
    """Return the account type and the versions by which a request is decided today."""
    return Basis(customer.account.account_type, catalog().version, rules.version)


def expire(account_id: UUID, *, now: datetime) -> None:
    """Expire the account's open request if its time is over."""
    with locked_account(account_id, SYSTEM, now) as customer:
        _expire(customer, now)


def remind(account_id: UUID, *, now: datetime) -> None:
    """Record, once, that the reviewers of the account's request are reminded before it expires."""
    with locked_account(account_id, SYSTEM, now) as customer:
        request_id = unreviewed(account_id, customer.moment(now), policy().reminder_days)
        if request_id is not None:
            subscriptions.reminded_of_request(account_id, request_id, now=now)
            event, on = RequestReminded(request=request_id), customer.today(now)
            record(account_id=account_id, events=[event], actor=SYSTEM, on=on, now=now)


def _expire(customer: Customer, now: datetime) -> None:
    """Expire the open request, under the lock, if its time is over.

    It stays open while a payment for it waits, because the payer decides.
    """
    waiting = open_request(customer.id)
    if waiting is None or waiting.status.at(customer.moment(now)) == "open":
        return
    if open_attempt_expires_at(customer.id) is None:
        close_requests([(customer, RequestExpired(request=waiting.id))], actor=SYSTEM, now=now)
