"""Routes about the limit that an owner sets for billing admins."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from bursar.accounts.limits import set_limit
from bursar.api.call import Call, open_call
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import documented_as
from bursar.core.billing.invoice_content import write_money
from bursar.core.money.money import Money
from bursar.core.policy.limits import UNLIMITED
from bursar.core.policy.member import BILLING_ADMIN

router = Router(tags=["accounts"])


@router.get("/accounts/{uuid:account_id}/limit", response=documented_as(answers.Limit))
def get_limit(request: HttpRequest, account_id: UUID) -> Any:
    """Return the limit that the owner set; the limit of the policy applies as well."""
    call = open_call(request, account_id)
    call.permit("view_subscription")
    return _write_limit(call)


@router.put("/accounts/{uuid:account_id}/limit", response=documented_as(answers.Limit))
def put_limit(request: HttpRequest, account_id: UUID, body: bodies.GrowthLimit) -> Any:
    """Set the limit; the actor must be allowed to appoint billing admins."""
    call = open_call(request, account_id)
    amount = Money(body.amount.amount_minor, body.amount.currency) if body.amount else None
    set_limit(call.policy, account_id, seats=body.seats, amount=amount, actor=call.actor, now=call.now)
    # The call read the account before its limit was set.
    return _write_limit(open_call(request, account_id))


def _write_limit(call: Call) -> dict[str, Any]:
    account = call.customer.account
    limit = account.limits.get(BILLING_ADMIN, UNLIMITED)
    amount_minor = limit.amounts.get(account.currency)
    return {
        "seats": limit.seats,
        "amount": None if amount_minor is None else write_money(amount_minor, account.currency),
    }
