"""The facts that are told by email, and their readers.

| fact                                            | readers                                                   |
|-------------------------------------------------|-----------------------------------------------------------|
| a request was submitted or withdrawn            | the people who may review requests, without the actor     |
| a request waits and will be closed soon         | the people who may review requests                        |
| a request was approved or rejected, or expired  | its requester                                             |
| a request was overtaken                         | its requester, or the reviewers if the requester has left |
|                                                 | or may no longer ask                                      |
| an edit was accepted: applied, scheduled, undone | the people who see invoices, without the actor           |
| … with an invoice                               | the people who see invoices                               |
| scheduled changes took effect; a renewal        | the people who see invoices, unless a payment tells it    |
| the account will end, or will not after all     | the people who see invoices, and the actor                |
| the account has ended                           | every active member: nobody can work in it then           |
| a renewal comes after a term of over a month    | the people who see invoices                               |
| a trial ends soon, or is over; temporary seats  | the people who see invoices                               |
| an invoice was paid, or a payment of it failed  | the people who see invoices                               |
| a scheduled reduction has too few seats by now  | the people who see invoices, and the actor                |
| ownership was transferred                       | the owners before and after, and the billing admins       |
| a member was invited, or invited again          | that member, with the link that accepts                   |
| a role changed; a member was suspended, resumed | that member                                               |
| or removed                                      |                                                           |

An account ends if it is cancelled or loses its last base product. The email says that in place of the change.
People choose which kinds of email they do without (`OPTIONAL`); the end of an account is none of them.
If the people who see invoices are told of one, its other recipients get the invoice alone.
An automatic payer is told of a renewal by its payment, once the result of that is known.
Each class of event names its audience (`core/events`); this module says which members that is.
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
    readers = ENDINGS[termination.status] if termination else AUDIENCES[fact.event.told_to]
    return readers(customer, policy, fact)


def termination_of(customer: Customer, fact: Fact) -> TerminationChange | None:
    """Return how a fact schedules, undoes or brings the account's end; None if it does not."""
    event = fact.event
    if isinstance(event, ChangesAccepted):
        changes = [accepted.change for accepted in event.changes]
        # From a checkpoint before that day, so that the changes of the day itself are in the timeline.
        return termination_by_order(agreement(customer.id, before=fact.on).timeline, changes, fact.on)
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
    read_by_members = {reader.email.lower() for reader in readers}
    # Each address once, in the order of the details: one email an address is all that the database allows.
    addresses = dict.fromkeys(recipient["email"] for recipient in details(customer.id).recipients)
    return [address for address in addresses if address.lower() not in read_by_members]


def _reviewers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [
        member
        for member in customer.account.members
        if member.id != fact.actor_id
        and decide(policy, customer.account, member, "review_requests", fact.on).outcome is Outcome.ALLOWED
    ]


def _requester(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    requester_id = request(customer.id, _event_as(fact, RequestEvent).request).member_id
    return [member for member in customer.account.members if member.id == requester_id and member.active]


def _requester_or_reviewers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    """Return the requester, or the reviewers if the requester has left or may no longer ask."""
    readers = _reviewers if _event_as(fact, RequestOvertaken).cause == "requester" else _requester
    return readers(customer, policy, fact)


def _invoice_viewers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    """Return the members who see invoices. The actor is left out, unless the event has an invoice or credit note."""
    return [
        member
        for member in customer.account.members
        if (document_of(fact.event) or member.id != fact.actor_id) and sees_invoices(customer, policy, member, fact.on)
    ]


def _invoice_viewers_and_actor(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [
        member
        for member in customer.account.members
        if member.id == fact.actor_id or sees_invoices(customer, policy, member, fact.on)
    ]


def _active_members(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [member for member in customer.account.members if member.active]


def _invoice_viewers_if_invoiced(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return _invoice_viewers(customer, policy, fact) if document_of(fact.event) else []


def _invoice_viewers_unless_collected(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    event = _event_as(fact, FellDue)
    # Without an invoice there is no payment to wait for, and without changes nothing to tell.
    is_told = not _collected(customer.id, event.invoice) if event.invoice else bool(event.changes)
    return _invoice_viewers(customer, policy, fact) if is_told else []


def _collected(account_id: UUID, invoice_id: UUID) -> bool:
    """Return true if the invoice was or will be collected automatically. An invoice that a credit paid is not."""
    if not method(account_id).automatic or document(account_id, invoice_id).kind != "invoice":
        return False
    return was_attempted(account_id, invoice_id) or open_amounts(account_id, [invoice_id])[invoice_id] > 0


def _owners(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    transfer = _event_as(fact, OwnerChanged)
    members = (member for member in customer.account.members if member.active)
    return [
        member
        for member in members
        if member.id in (transfer.before, transfer.after) or member.role in (OWNER, BILLING_ADMIN)
    ]


def _invited(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    # Members that the vendor's program adds are active at once, and have no invitation to read.
    is_waiting = invited_at_of(customer.id, _event_as(fact, MemberEvent).member) is not None
    return _member_of_event(customer, policy, fact) if is_waiting else []


def _member_in_new_role(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    # The event tells of a new name too, which is no news to the member.
    change = _event_as(fact, MemberChanged)
    return [] if change.before == change.after else _member_of_event(customer, policy, fact)


def _member_of_event(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    # A member who was removed is no member of the account any more, and is told all the same.
    return [former_member(customer.id, _event_as(fact, MemberEvent).member)]


def _nobody(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return []


def _event_as(fact: Fact, kind: type[E]) -> E:
    """Return the event of a fact as the class that its audience is for."""
    if not isinstance(fact.event, kind):
        raise TypeError(f"{fact.kind} is told to {fact.event.told_to}, which is for {kind.__name__} alone")
    return fact.event


AUDIENCES: Final[Mapping[Audience, Readers]] = {
    Audience.NOBODY: _nobody,
    Audience.REVIEWERS: _reviewers,
    Audience.REQUESTER: _requester,
    Audience.REQUESTER_OR_REVIEWERS: _requester_or_reviewers,
    Audience.INVOICE_VIEWERS: _invoice_viewers,
    Audience.INVOICE_VIEWERS_IF_INVOICED: _invoice_viewers_if_invoiced,
    Audience.INVOICE_VIEWERS_UNLESS_COLLECTED: _invoice_viewers_unless_collected,
    Audience.INVOICE_VIEWERS_AND_ACTOR: _invoice_viewers_and_actor,
    Audience.OWNERS: _owners,
    Audience.INVITED: _invited,
    Audience.MEMBER: _member_of_event,
    Audience.MEMBER_IN_NEW_ROLE: _member_in_new_role,
}
"""The members of each audience of an event."""

ENDINGS: Final[Mapping[TerminationStatus, Readers]] = {
    TerminationStatus.SCHEDULED: _invoice_viewers_and_actor,
    TerminationStatus.REVOKED: _invoice_viewers_and_actor,
    TerminationStatus.ENDED: _active_members,
}
"""The members who get an email in place of the audience if the fact turns the account's end."""

OPTIONAL: Final[tuple[OptionalEmail, ...]] = get_args(OptionalEmail)
"""The kinds of optional email. An invoice that is to be paid comes all the same."""


def optional_kind(customer: Customer, fact: Fact, termination: TerminationChange | None = None) -> str:
    """Return the kind of optional email that a fact brings; empty if its readers must get it."""
    # The end of the account, and an invoice that its reader must pay, are told to everybody concerned.
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
