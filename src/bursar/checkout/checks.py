"""Checks before a quote, an order or a review, and what they save."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from bursar.accounts.locked_account import permit
from bursar.accounts.queries import Customer
from bursar.checkout.gather import GatheredAccount
from bursar.core.billing.payment import PaymentOpen, amount_to_collect
from bursar.core.messages.problem import Conflict
from bursar.core.money.money import Money
from bursar.core.ordering.quote import Quote
from bursar.core.policy.policy import Actor, Policy
from bursar.core.subscription.edit import Edit, without_expected
from bursar.payments import actions as payments
from bursar.subscriptions import actions as subscriptions
from bursar.subscriptions.queries import RequestRow, SavedQuote
from bursar.subscriptions.queries import quote as saved_quote


class QuoteExpired(Conflict):
    """This quote was good until {expires_at}; ask for a new one."""

    code = "quote_expired"


class AlreadyTaken(Conflict):
    """This quote was taken already; ask for a new one to change more."""

    code = "taken"


def check_no_payment_open(customer: Customer, payment_until: datetime | None) -> None:
    """Raise PaymentOpen while a payment waits to be finished; the account does not change until then."""
    if payment_until is not None:
        raise PaymentOpen(expires_at=payment_until.astimezone(customer.zone))


def check_review(policy: Policy, customer: Customer, request: RequestRow, actor: Actor, now: datetime) -> None:
    """Raise Refused or RequestClosed unless the actor may approve or reject the request now."""
    permit(policy, customer, actor, "review_requests", now)
    request.status.check_open(customer.moment(now))


def usable_quote(customer: Customer, quote_id: UUID, now: datetime) -> SavedQuote:
    """Return a saved quote that can be accepted still. Errors: NotFound, AlreadyTaken, QuoteExpired."""
    saved = saved_quote(customer.id, quote_id)
    if saved.accepted:
        raise AlreadyTaken()
    if saved.expires_at <= customer.moment(now):
        raise QuoteExpired(expires_at=saved.expires_at.astimezone(customer.zone))
    return saved


def save_quote(
    gathered: GatheredAccount,
    decided: Quote,
    edits: Sequence[Edit],
    *,
    actor: Actor,
    now: datetime,
    request_id: UUID | None = None,
) -> UUID:
    """Save a quote as it is shown, with the request that it reviews, if any; return its id.

    It expires by the account's own clock.
    """
    moment, context = gathered.customer.moment(now), gathered.context
    return subscriptions.save_quote(
        gathered.customer.id,
        decided,
        # The saved edits are accepted later as they were decided: what they expected was checked with the quote.
        [without_expected(edit) for edit in edits],
        actor=actor,
        catalog_version=context.catalog.version,
        policy_version=context.policy.version,
        account_type=context.account.account_type,
        now=moment,
        expires_at=moment + timedelta(hours=context.policy.quote_hours),
        request_id=request_id,
    )


def open_payment(
    gathered: GatheredAccount, decided: Quote, quote_id: UUID, *, actor: Actor, now: datetime
) -> UUID | None:
    """Open an attempt to collect what is due today from an account that pays automatically; return its id.

    Return None if nothing is due, if the account's own money covers it, or if the account does not pay automatically.

    Errors: NoGateway.
    """
    customer, context = gathered.customer, gathered.context
    method = context.payment.method
    if decided.due_today.total <= 0 or not method.automatic:
        return None
    amount = amount_to_collect(decided.due_today.total, context.payment.balance)
    if amount == 0:
        return None
    return payments.begin_attempt(
        customer,
        Money(amount, decided.currency),
        method,
        quote_id=quote_id,
        actor=actor,
        on=decided.on,
        now=now,
        expires_at=customer.moment(now) + timedelta(minutes=context.policy.attempt_minutes),
    )
