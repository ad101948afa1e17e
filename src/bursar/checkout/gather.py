"""All that a quote is made from, gathered in one place for preview, taking and renewal alike."""

from dataclasses import replace

from bursar.accounts.queries import Customer
from bursar.catalog import queries as catalog
from bursar.core.edit import Cancel, Edit, read_edits
from bursar.core.policy import Policy
from bursar.core.situation import Situation
from bursar.invoices import queries as invoices
from bursar.payments import queries as payments
from bursar.policy import queries as policy
from bursar.seats import queries as seats
from bursar.subscriptions import queries as subscriptions


def situation(customer: Customer, rules: Policy | None = None) -> Situation:
    """What a quote for the account is made from now; by the policy that was read already, if one was.

    Errors: NoCatalog, NoPolicy.
    """
    agreed = subscriptions.agreement(customer.id)
    pins = (*agreed.timeline.start.pins.values(), *(pin for change in agreed.timeline.changes for pin in change.pins))
    sold, versions = catalog.current_and_earlier({pin.catalog_version for pin in pins})
    return Situation(
        account=customer.account,
        policy=rules or policy.current(),
        catalog=sold,
        timeline=agreed.timeline,
        position=agreed.position,
        billed=invoices.billed(customer.id, agreed.since),
        tax=customer.tax,
        used=seats.uses(customer.id),
        paying=payments.paying(customer.id),
        versions=versions,
    )


def edits_of(customer: Customer, kept: subscriptions.KeptQuote) -> tuple[Edit, ...]:
    """The edits of a kept quote, with why somebody cancels."""
    if not kept.edits:
        return ()
    edits = read_edits(kept.edits)
    if kept.reason_id is None:
        return edits
    reason = subscriptions.reason(customer.id, kept.id)
    return tuple(replace(edit, reason=reason) if isinstance(edit, Cancel) else edit for edit in edits)
