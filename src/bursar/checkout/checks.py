"""What is looked at before anything passes the door."""

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
    """Raise PaymentOpen while a payment waits to be finished: nothing else happens then."""
    if payment_until is not None:
        raise PaymentOpen(expires_at=payment_until.astimezone(customer.zone))


def check_review(policy: Policy, customer: Customer, request: RequestRow, actor: Actor, now: datetime) -> None:
    """Raise Refused or RequestClosed unless the actor may approve or reject the request now."""
    permit(policy, customer, actor, "review_requests", now)
    request.status.check_open(customer.moment(now))


def shown(customer: Customer, quote_id: UUID, now: datetime) -> SavedQuote:
    """The quote that somebody wants to take. Errors: NotFound, AlreadyTaken, QuoteExpired."""
    found = saved_quote(customer.id, quote_id)
    if found.accepted:
        raise AlreadyTaken()
    if found.expires_at <= customer.moment(now):
        raise QuoteExpired(expires_at=found.expires_at.astimezone(customer.zone))
    return found


def save_quote(
    gathered: GatheredAccount,
    answer: Quote,
    edits: Sequence[Edit],
    *,
    actor: Actor,
    now: datetime,
    request_id: UUID | None = None,
) -> UUID:
    """The quote as it is shown, of the request that it reviews, if any; it expires by the account's own clock."""
    moment, context = gathered.customer.moment(now), gathered.context
    return subscriptions.save_quote(
        gathered.customer.id,
        answer,
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
    gathered: GatheredAccount, answer: Quote, quote_id: UUID, *, actor: Actor, now: datetime
) -> UUID | None:
    """Return an attempt to collect what a quote costs today from who pays automatically and has not enough credit.

    Errors: NoGateway.
    """
    customer, context = gathered.customer, gathered.context
    method = context.payment.method
    if answer.due_today.total <= 0 or not method.automatic:
        return None
    amount = amount_to_collect(answer.due_today.total, context.payment.owes)
    if amount == 0:
        return None
    return payments.begin(
        customer,
        Money(amount, answer.currency),
        method,
        quote_id=quote_id,
        actor=actor,
        on=answer.on,
        now=now,
        expires_at=customer.moment(now) + timedelta(minutes=context.policy.attempt_minutes),
    )
