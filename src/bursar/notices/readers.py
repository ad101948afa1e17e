"""Of what people are told, and who: the whole catalogue on one page.

| what happened                                   | who is told                                     |
|-------------------------------------------------|-------------------------------------------------|
| a request was made or withdrawn                 | whoever may review requests, but not who did it |
| a request waits and will be closed soon         | whoever may review requests                     |
| a request was approved or rejected, or expired  | whoever made it                                 |
| a request was overtaken by events               | whoever made it; if that is because they may    |
|                                                 | ask no longer, whoever may review requests      |
| something was changed, scheduled or undone      | who sees invoices, but not who did it           |
| … with an invoice                               | who sees invoices                               |
| scheduled changes took effect; a renewal        | who sees invoices, unless a payment tells it    |
| the account will end, or will not after all     | who sees invoices, and who did it               |
| the account has ended                           | every active member: nobody works in it then    |
| a renewal comes after a term of over a month    | who sees invoices                               |
| a trial ends soon, or is over; temporary seats  | who sees invoices                               |
| an invoice was paid, or a payment of it failed  | who sees invoices                               |
| a scheduled reduction has too few seats by now  | who sees invoices, and who did it               |
| ownership passed on                             | the owners before and after, and billing admins |
| somebody was invited, or invited again          | they themselves, with the link that accepts     |
| a role changed; suspended, active again, gone   | they themselves                                 |

An account ends by being cancelled or without its last base product, by whomever; that is told in place of the change.
What people may do without, they choose themselves: `OPTIONAL`. That an account ends is nothing one may do without.
Where who sees invoices is told of an invoice, its other recipients are told of the invoice alone.
Who pays automatically is told of a renewal by its payment, once it is known whether that came through.
Each class of event says which audience it has (`core/events`); here stands which members that is.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Final, TypeVar, get_args
from uuid import UUID

from bursar.accounts.queries import Customer, details, former_member, invited_at_of
from bursar.core.events import Audience, Event, OptionalEmail, document_of
from bursar.core.events.people import MemberChanged, MemberEvent, OwnerChanged
from bursar.core.events.request import RequestEvent, RequestOvertaken
from bursar.core.events.subscription import ChangesAccepted, ChangesApplied, FellDue
from bursar.core.ordering import decision
from bursar.core.policy.member import BILLING_ADMIN, OWNER
from bursar.core.policy.policy import Member, Outcome, Policy, decide
from bursar.core.subscription.termination import (
    TerminationChange,
    TerminationStatus,
    termination_by_day,
    termination_by_order,
)
from bursar.history.queries import Fact
from bursar.invoices.queries import document
from bursar.payments.queries import method, open_amounts, was_attempted
from bursar.subscriptions.queries import agreement, request

Readers = Callable[[Customer, Policy, Fact], list[Member]]
E = TypeVar("E", bound=Event)


def readers_of(
    customer: Customer, policy: Policy, fact: Fact, termination: TerminationChange | None = None
) -> list[Member]:
    """Return the members who get an email about a fact, or about the account's end if the fact turns it."""
    whom = ENDINGS[termination.status] if termination else AUDIENCES[fact.event.told_to]
    return whom(customer, policy, fact)


def termination_of(customer: Customer, fact: Fact) -> TerminationChange | None:
    """Return how a fact schedules, undoes or brings the account's end; None if it does not."""
    event = fact.event
    if isinstance(event, ChangesAccepted):
        made = [taken.change for taken in event.changes]
        return termination_by_order(agreement(customer.id, before=fact.on).timeline, made, fact.on)
    if isinstance(event, ChangesApplied):
        return termination_by_day(agreement(customer.id, before=fact.on).timeline, event.changes, fact.on)
    return None


def sees_invoices(customer: Customer, policy: Policy, reader: Member, on: date) -> bool:
    """Return true if the reader may see the account's invoices."""
    return decision.sees_invoices(policy, customer.account, reader, on)


def other_recipients(customer: Customer, readers: Collection[Member]) -> list[str]:
    """Return the invoice recipients who are not among the readers; none if the invoice has no readers."""
    if not readers:
        return []
    told = {reader.email.lower() for reader in readers}
    addresses = (recipient["email"] for recipient in details(customer.id).recipients)
    return [fromkey for fromkey in dict.fromkeys(addresses) if fromkey.lower() not in told]


def _reviewers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [
        member
        for member in customer.account.members
        if member.id != fact.actor_id
        and decide(policy, customer.account, member, "review_requests", fact.on).outcome is Outcome.ALLOWED
    ]


def _requester(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    asked = request(customer.id, _event(fact, RequestEvent).request)
    return [member for member in customer.account.members if member.id == asked.member_id and member.active]


def _requester_or_reviewers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    """Return the requester, or the reviewers if the requester has left or may no longer ask."""
    told = _reviewers if _event(fact, RequestOvertaken).cause == "requester" else _requester
    return told(customer, policy, fact)


def _payers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    """Return the members who see invoices. The actor is left out, unless the event has an invoice or credit note."""
    return [
        member
        for member in customer.account.members
        if (document_of(fact.event) or member.id != fact.actor_id) and sees_invoices(customer, policy, member, fact.on)
    ]


def _payers_and_who_did_it(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [
        member
        for member in customer.account.members
        if member.id == fact.actor_id or sees_invoices(customer, policy, member, fact.on)
    ]


def _everybody(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [member for member in customer.account.members if member.active]


def _payers_of_invoice(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return _payers(customer, policy, fact) if document_of(fact.event) else []


def _payers_unless_collected(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    event = _event(fact, FellDue)
    told = not _collected(customer.id, event.invoice) if event.invoice else bool(event.changes)
    return _payers(customer, policy, fact) if told else []


def _collected(account_id: UUID, invoice_id: UUID) -> bool:
    """Return true if the invoice was or will be collected automatically. An invoice that a credit paid is not."""
    if not method(account_id).automatic or document(account_id, invoice_id).kind != "invoice":
        return False
    return was_attempted(account_id, invoice_id) or open_amounts(account_id, [invoice_id])[invoice_id] > 0


def _owners(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    passed = _event(fact, OwnerChanged)
    members = (member for member in customer.account.members if member.active)
    return [
        member
        for member in members
        if member.id in (passed.before, passed.after) or member.role in (OWNER, BILLING_ADMIN)
    ]


def _invited(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    waits = invited_at_of(customer.id, _event(fact, MemberEvent).member) is not None
    return _named(customer, policy, fact) if waits else []


def _named_in_new_role(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    changed = _event(fact, MemberChanged)
    return [] if changed.before == changed.after else _named(customer, policy, fact)


def _named(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [former_member(customer.id, _event(fact, MemberEvent).member)]


def _nobody(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return []


def _event(fact: Fact, kind: type[E]) -> E:
    """Return a fact's event, which is of the class that its audience is for."""
    if not isinstance(fact.event, kind):
        raise TypeError(f"{fact.kind} is told to {fact.event.told_to}, which is for {kind.__name__} alone")
    return fact.event


AUDIENCES: Final[Mapping[Audience, Readers]] = {
    Audience.NOBODY: _nobody,
    Audience.REVIEWERS: _reviewers,
    Audience.REQUESTER: _requester,
    Audience.REQUESTER_OR_REVIEWERS: _requester_or_reviewers,
    Audience.INVOICE_VIEWERS: _payers,
    Audience.INVOICE_VIEWERS_IF_INVOICED: _payers_of_invoice,
    Audience.INVOICE_VIEWERS_UNLESS_COLLECTED: _payers_unless_collected,
    Audience.INVOICE_VIEWERS_AND_ACTOR: _payers_and_who_did_it,
    Audience.OWNERS: _owners,
    Audience.INVITED: _invited,
    Audience.MEMBER: _named,
    Audience.MEMBER_IN_NEW_ROLE: _named_in_new_role,
}
"""The members of each audience of an event."""

ENDINGS: Final[Mapping[TerminationStatus, Readers]] = {
    TerminationStatus.SCHEDULED: _payers_and_who_did_it,
    TerminationStatus.REVOKED: _payers_and_who_did_it,
    TerminationStatus.ENDED: _everybody,
}
"""The members who get an email in place of the audience if the fact turns the account's end."""

OPTIONAL: Final[tuple[OptionalEmail, ...]] = get_args(OptionalEmail)
"""The kinds of optional email. An invoice that is to be paid comes all the same."""


def optional_kind(customer: Customer, fact: Fact, termination: TerminationChange | None = None) -> str:
    """Return the kind of optional email that a fact brings; empty if its readers must get it."""
    if termination:
        return ""
    invoice = document_of(fact.event)
    if invoice and not method(customer.id).automatic and open_amounts(customer.id, [invoice])[invoice] > 0:
        return ""
    return fact.event.optional or ""


def page_path(account_id: UUID, event: Event) -> str:
    """Return the path of the page that shows an event."""
    if isinstance(event, RequestEvent):
        return f"/accounts/{account_id}/requests/{event.request}"
    if invoice := document_of(event):
        return f"/accounts/{account_id}/invoices/{invoice}"
    return f"/accounts/{account_id}"
