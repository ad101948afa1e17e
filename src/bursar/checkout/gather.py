"""The billing context of an account, read in one place, after everything that has fallen due.

No other module makes a billing context from rows, so no decision is about an account that is behind its own clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from bursar.accounts.queries import Customer
from bursar.catalog import queries as catalog
from bursar.columns.ids import uuid7
from bursar.columns.statement import HERE, select
from bursar.core.billing.schedule import NextDue
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.quote import Quote, quote
from bursar.core.ordering.transition import Transition, catch_up
from bursar.core.policy.policy import Actor, Policy
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.edit import Cancel, Edit, read_edits
from bursar.core.subscription.seats import SEATLESS, released_members
from bursar.core.subscription.timeline import Timeline
from bursar.invoices import queries as invoices
from bursar.payments import queries as payments
from bursar.policy import queries as policy
from bursar.seats import queries as seats
from bursar.subscriptions import queries as subscriptions
from bursar.subscriptions.queries import Agreement


@dataclass(frozen=True, slots=True)
class GatheredAccount:
    """An account's billing context by its own clock, and the overdue transitions that are not written yet.

    While a payment is open nothing falls due: `payment_until` is when it ends. `asked` says that a request is open.
    """

    customer: Customer
    context: BillingContext
    overdue: tuple[Transition, ...] = ()
    payment_until: datetime | None = None
    asked: bool = False


def gather(
    customer: Customer,
    today: date,
    rules: Policy | None = None,
    *,
    edits: Iterable[Edit] = (),
    quote_id: UUID | None = None,
) -> GatheredAccount:
    """Return an account with its billing context on a day of its clock; `rules` is the policy if it was read already.

    Of the members who have seats it knows those whom agreed changes, the open request, these edits or the quote name.
    Errors: NoCatalog, NoPolicy.
    """
    [gathered] = gather_each([(customer, today)], rules, edits=edits, quote_id=quote_id)
    return gathered


def gather_each(
    days: Sequence[tuple[Customer, date]],
    rules: Policy | None = None,
    *,
    edits: Iterable[Edit] = (),
    quote_id: UUID | None = None,
) -> list[GatheredAccount]:
    """Return accounts with their billing contexts, each on a day of its clock, with as many statements as for one.

    Errors: NoCatalog, NoPolicy.
    """
    if not days:
        return []
    rows = select(
        _ACCOUNTS,
        accounts=[customer.id for customer, _ in days],
        before=None,
        seatless=SEATLESS,
        released=list(released_members(edits)),
        quote=quote_id,
    )
    row_of = {account_id: row for account_id, *row in rows}
    agreed = {account_id: subscriptions.read_agreement(*row[:4]) for account_id, row in row_of.items()}
    numbers = {account_id: _catalog_versions(agreement.timeline) for account_id, agreement in agreed.items()}
    sold, earlier = catalog.current_and_earlier(set[int]().union(*numbers.values()))
    return [
        _gathered(
            customer,
            today,
            agreed[customer.id],
            (sold, {number: earlier[number] for number in numbers[customer.id] & earlier.keys()}),
            row_of[customer.id][4:],
            rules,
        )
        for customer, today in days
    ]


def _gathered(
    customer: Customer,
    today: date,
    agreed: Agreement,
    catalogs: tuple[Catalog, Mapping[int, Catalog]],
    row: Sequence[Any],
    rules: Policy | None,
) -> GatheredAccount:
    payment_until, method, token, gateway, balance, due_at, billed_until, trial_until = row[:8]
    number, digest, published_at, asked, used, billed = row[8:]
    sold, versions = catalogs
    context = BillingContext(
        account=customer.account,
        policy=rules or policy.read_current(number, digest, published_at),
        catalog=sold,
        timeline=agreed.timeline,
        position=agreed.position,
        falls_due=NextDue(due_at.astimezone(customer.zone).date() if due_at else None, billed_until, trial_until),
        billed=invoices.read_billed(billed),
        tax=customer.tax,
        used=seats.read_seat_uses(used),
        payment=payments.read_method_and_balance(method, token, gateway, balance),
        versions=versions,
    )
    # The payer was shown what is owed: a renewal waits until the payment is over.
    overdue = () if payment_until else catch_up(context, today, new_id=uuid7)
    if overdue:
        context = overdue[-1].after
        customer = replace(customer, account=context.account)
    return GatheredAccount(customer, context, overdue, payment_until, asked)


def context(
    customer: Customer, today: date, rules: Policy | None = None, *, edits: Iterable[Edit] = ()
) -> BillingContext:
    """Return the billing context of an account, for these edits if any, without writing anything, for pages."""
    return gather(customer, today, rules, edits=edits).context


def preview(
    customer: Customer, edits: tuple[Edit, ...], actor: Actor, today: date, rules: Policy | None = None
) -> Quote:
    """Quote edits without writing anything. Errors: those of `core.ordering.quote`."""
    return quote(context(customer, today, rules, edits=edits), edits, actor, today)


def edits_of(customer: Customer, saved: subscriptions.SavedQuote) -> tuple[Edit, ...]:
    """Return the edits of a saved quote, with the reason of a cancellation."""
    if not saved.edits:
        return ()
    edits = read_edits(saved.edits)
    if saved.reason_id is None:
        return edits
    reason = subscriptions.reason(customer.id, saved.id)
    return tuple(replace(edit, reason=reason) if isinstance(edit, Cancel) else edit for edit in edits)


def _catalog_versions(timeline: Timeline) -> set[int]:
    """Return the catalog versions that items of a timeline were sold from."""
    agreed_prices = (
        *timeline.start.agreed_prices.values(),
        *(agreed_price for change in timeline.changes for agreed_price in change.agreed_prices),
    )
    return {agreed_price.catalog_version for agreed_price in agreed_prices}


_ACCOUNTS: Final = f"""
SELECT here.account_id, agreed.*, paying.*, schedule.*, policy.*,
    {subscriptions.REQUEST_OPEN},
    {seats.SEAT_USES.format(named=subscriptions.RELEASED.format(since="agreed.since"))},
    {invoices.BILLED.format(since="agreed.since")}
FROM {HERE} CROSS JOIN LATERAL ({subscriptions.AGREEMENT}) AS agreed
CROSS JOIN LATERAL ({payments.METHOD_AND_BALANCE}) AS paying CROSS JOIN LATERAL ({invoices.SCHEDULE}) AS schedule
LEFT JOIN ({policy.CURRENT}) AS policy ON true
"""
"""The rows of accounts in all rooms, read by one statement; each room states its part in SQL and reads it."""
