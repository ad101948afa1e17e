"""Write subscriptions, seats and entitlements for programs."""

from collections.abc import Sequence
from uuid import UUID

from bursar.api.call import Call
from bursar.api.present.values import JsonObject, change
from bursar.catalog.queries import versions
from bursar.checkout import context
from bursar.core.billing.invoice_content import write_span
from bursar.core.money.price import Per
from bursar.core.ordering.content import write_temporary
from bursar.core.policy.policy import State, shows_costs
from bursar.core.subscription.shortfall import shortfalls, write_shortfall
from bursar.seats.queries import AssignmentRow, assignments_after, used_seats
from bursar.subscriptions import queries as subscriptions


def subscription(call: Call) -> JsonObject:
    """Return an account's items and scheduled changes, with prices if it sees costs."""
    # As it is once what has fallen due is written, though a late worker has not written it yet.
    current = context(call.customer, call.today, call.policy)
    account, timeline, uses = current.account, current.timeline, current.used
    state = timeline.on(call.today)
    costs = call.by_vendor or shows_costs(call.policy, account, call.today)
    items = []
    for item in state.items.values():
        agreed_price = state.agreed_price(item)
        use = uses.get(item.product)
        document: JsonObject = {
            "product": item.product,
            "plan": item.plan,
            "per": agreed_price.per.value,
            "quantity": item.quantity,
        }
        document |= write_temporary(item)
        if agreed_price.per is Per.SEAT:
            document["seats"] = {"bought": item.total_quantity, "used": use.used if use else 0}
        if costs:
            document["unit_price"] = f"{agreed_price.rate:f}"
        items.append(document)
    # Without items nothing is billed, although the state still has a calendar.
    calendar = state.calendar if state.items else None
    until = state.trial_until.isoformat() if state.trial_until else None
    return {
        "state": account.state.value,
        "account_type": account.account_type,
        "currency": account.currency,
        "cycle": state.cycle.code,
        "today": call.today.isoformat(),
        "period": write_span(calendar.period(call.today)) if calendar else None,
        "term": write_span(calendar.term(call.today)) if calendar else None,
        "trial_until": until,
        "payment_method": {"type": current.payment.method.kind},
        "items": items,
        "scheduled": [change(pending) for pending in timeline.pending(call.today)],
    }


def seats(call: Call, *, after: UUID | None, limit: int) -> JsonObject:
    """Return the seats of each product with a page of their holders, and the cursor of the next page.

    Every page has all products with their numbers, and the next page goes on with the people of the same product.
    """
    current = context(call.customer, call.today, call.policy)
    rows = assignments_after(call.id, current.used, after=after, limit=limit + 1)
    holders = rows[:limit]
    shortfall_by_product = {
        shortfall.product: shortfall for shortfall in shortfalls(current.timeline, current.used, call.today)
    }
    items = [
        {
            "product": product,
            "bought": use.bought,
            "used": use.used,
            "free": use.free,
            "counted": use.holders is None,
            "light": use.light,
            "light_agents": use.light_agents,
            "people": [_holder(row) for row in holders if row.product == product],
            "short": write_shortfall(shortfall_by_product.get(product)),
        }
        for product, use in current.used.items()
        # Rows of a product that the account no longer has stay, with nothing bought.
        if use.bought or use.used
    ]
    return {"items": items, "next": str(holders[-1].id) if len(rows) > limit else None}


def _holder(row: AssignmentRow) -> JsonObject:
    person: JsonObject = {"id": str(row.member_id), "name": row.name, "email": row.email, "role": row.role}
    seen_on = row.seen_on.isoformat() if row.seen_on else None
    return {**person, "state": row.state, "seat": row.seat, "since": row.since.isoformat(), "seen_on": seen_on}


def entitlements(call: Call, assignments: Sequence[AssignmentRow] | None) -> JsonObject:
    """Return the entitlements of the account and, if `assignments` is given, those of a member."""
    account_state = call.customer.account.state
    if account_state is not State.ACTIVE:
        return {"state": account_state.value, "trial_until": None, "products": []}
    state = subscriptions.agreement(call.id).timeline.on(call.today)
    # Features are those of the catalog version that sold the item: a later version takes nothing away.
    catalogs = versions({state.agreed_price(item).catalog_version for item in state.items.values()})
    used = used_seats(call.id)
    own_products = None if assignments is None else {row.product for row in assignments}
    products = []
    for item in state.items.values():
        agreed_price = state.agreed_price(item)
        sold = catalogs[agreed_price.catalog_version].product(item.product).plan_by[item.plan]
        seats = (
            {"bought": item.total_quantity, "used": used.get(item.product, 0)} if agreed_price.per is Per.SEAT else None
        )
        products.append(
            {
                "product": item.product,
                "plan": item.plan,
                "quantity": item.total_quantity,
                "features": [
                    {"en": feature.en} | ({"fr": feature.fr} if feature.fr else {}) for feature in sold.features
                ],
                "seats": seats,
                "mine": None
                if own_products is None
                else agreed_price.per is not Per.SEAT or item.product in own_products,
            }
        )
    until = state.trial_until.isoformat() if state.trial_until and state.on_trial else None
    return {"state": account_state.value, "trial_until": until, "products": products}
