"""How far billing admins may let the account grow by themselves."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from bursar.accounts.limits import set_limit
from bursar.api.call import Call, enter, moment
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import shape
from bursar.core.billing.invoice_content import write_money
from bursar.core.money.money import Money
from bursar.core.policy.limits import UNLIMITED
from bursar.core.policy.member import BILLING_ADMIN

router = Router(tags=["accounts"])


@router.get("/accounts/{uuid:account_id}/limit", response=shape(answers.Limit))
def get_limit(request: HttpRequest, account_id: UUID) -> Any:
    """The limit that the owner set; that of the policy counts beside it."""
    call = enter(request, account_id)
    call.permit("view_subscription")
    return _shown(call)


@router.put("/accounts/{uuid:account_id}/limit", response=shape(answers.Limit))
def put_limit(request: HttpRequest, account_id: UUID, body: bodies.GrowthLimit) -> Any:
    """Set the limit; whoever may appoint billing admins may."""
    call = enter(request, account_id)
    amount = Money(body.amount.amount_minor, body.amount.currency) if body.amount else None
    set_limit(call.policy, account_id, seats=body.seats, amount=amount, actor=call.actor, now=moment())
    return _shown(enter(request, account_id))


def _shown(call: Call) -> dict[str, Any]:
    account = call.customer.account
    limit = account.limits.get(BILLING_ADMIN, UNLIMITED)
    most = limit.amounts.get(account.currency)
    return {"seats": limit.seats, "amount": None if most is None else write_money(most, account.currency)}
