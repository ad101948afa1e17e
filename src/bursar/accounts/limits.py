"""Set the purchase limit of an account, by which its owner limits the billing admins."""

from datetime import datetime
from uuid import UUID

from bursar.accounts.locked_account import locked_account, permit
from bursar.accounts.models import PurchaseLimit
from bursar.core.events.account import LimitBefore, LimitSet
from bursar.core.messages.problem import Invalid
from bursar.core.money.money import Money
from bursar.core.policy.policy import Actor, Policy
from bursar.history.actions import record


class OtherCurrency(Invalid):
    """The account is billed in {currency}; give the amount in {currency}, not in {found}."""

    code = "other_currency"


def set_limit(
    policy: Policy, account_id: UUID, *, seats: int | None, amount: Money | None, actor: Actor, now: datetime
) -> None:
    """Set the most that billing admins may add in a billing period. Without a limit here, that of the policy applies.

    Errors: NotFound, Refused, OtherCurrency.
    """
    with locked_account(account_id, actor, now) as customer:
        permit(policy, customer, actor, "appoint_billing_admins", now)
        currency = customer.account.currency
        if amount is not None and amount.currency != currency:
            raise OtherCurrency(currency=currency, found=amount.currency)
        limit = {"seats": seats, "amount_minor": amount.amount_minor if amount else None}
        # Read before it is written: the history has both.
        previous = PurchaseLimit.objects.filter(account_id=account_id).values(*limit).first()
        PurchaseLimit.objects.update_or_create(account_id=account_id, defaults=limit)
        before = LimitBefore(**previous) if previous else LimitBefore(seats=None, amount_minor=None)
        event = LimitSet(**limit, currency=currency, before=before)
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)
