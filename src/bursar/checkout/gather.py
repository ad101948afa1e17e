"""All that decisions about an account are made from, gathered in one place, with everything that has fallen due done.

Nobody else makes a situation from rows, so nothing is decided about an account that is behind its own clock.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bursar.accounts.queries import Customer
from bursar.catalog import queries as catalog
from bursar.columns.ids import uuid7
from bursar.core.edit import Cancel, Edit, read_edits
from bursar.core.policy import Actor, Policy
from bursar.core.quote import Quote, quote
from bursar.core.renewal import Due
from bursar.core.situation import Situation
from bursar.core.transition import Transition, catch_up
from bursar.invoices import queries as invoices
from bursar.payments import queries as payments
from bursar.payments.queries import Agenda
from bursar.policy import queries as policy
from bursar.seats import queries as seats
from bursar.subscriptions import queries as subscriptions


@dataclass(frozen=True, slots=True)
class Known:
    """An account as it is by its own clock, and what has fallen due until then and is not written yet.

    While a payment is open nothing falls due: `payment_until` is when it ends. `asked` says that a request is open.
    """

    customer: Customer
    situation: Situation
    overdue: tuple[Transition, ...] = ()
    payment_until: datetime | None = None
    asked: bool = False


def gather(customer: Customer, today: date, rules: Policy | None = None) -> Known:
    """Return what is known of an account on a day of its clock; by the policy that was read already, if one was.

    Errors: NoCatalog, NoPolicy.
    """
    agenda = payments.agenda(customer.id)
    situation = _situation(customer, agenda, rules)
    overdue = () if agenda.payment_until else catch_up(situation, today, new_id=uuid7)
    if overdue:
        situation = overdue[-1].after
        customer = replace(customer, account=situation.account)
    return Known(customer, situation, overdue, agenda.payment_until, agenda.asked)


def context(customer: Customer, today: date, rules: Policy | None = None) -> Situation:
    """Return what an account has agreed and was billed, as a page shows it; nothing is written."""
    return gather(customer, today, rules).situation


def preview(
    customer: Customer, edits: tuple[Edit, ...], actor: Actor, today: date, rules: Policy | None = None
) -> Quote:
    """Return what a quote of these edits would say now; nothing is written. Errors: those of `core.quote.quote`."""
    return quote(context(customer, today, rules), edits, actor, today)


def edits_of(customer: Customer, kept: subscriptions.KeptQuote) -> tuple[Edit, ...]:
    """The edits of a kept quote, with why somebody cancels."""
    if not kept.edits:
        return ()
    edits = read_edits(kept.edits)
    if kept.reason_id is None:
        return edits
    reason = subscriptions.reason(customer.id, kept.id)
    return tuple(replace(edit, reason=reason) if isinstance(edit, Cancel) else edit for edit in edits)


def _situation(customer: Customer, agenda: Agenda, rules: Policy | None) -> Situation:
    agreed = subscriptions.agreement(customer.id)
    timeline = agreed.timeline
    pins = (*timeline.start.pins.values(), *(pin for change in timeline.changes for pin in change.pins))
    sold, versions = catalog.current_and_earlier({pin.catalog_version for pin in pins})
    due_on = agenda.due_at.astimezone(customer.zone).date() if agenda.due_at else None
    return Situation(
        account=customer.account,
        policy=rules or policy.current(),
        catalog=sold,
        timeline=timeline,
        position=agreed.position,
        falls_due=Due(due_on, agenda.billed_until, agenda.trial_until),
        billed=invoices.billed(customer.id, agreed.since),
        tax=customer.tax,
        used=seats.uses(customer.id),
        paying=agenda.paying,
        versions=versions,
    )
