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
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from bursar.accounts.queries import Customer, details, former, invitation
from bursar.core.ending import Course, Ending, ending_applied, ending_taken
from bursar.core.member import BILLING_ADMIN, OWNER
from bursar.core.policy import Member, Outcome, Policy, decide
from bursar.history.queries import Fact
from bursar.invoices.queries import document
from bursar.payments.queries import attempted, left, method
from bursar.subscriptions.queries import agreement, request

INVITATIONS: Final = ("member_added", "member_invited")

Whom = Callable[[Customer, Policy, Fact], list[Member]]


def concerned(customer: Customer, policy: Policy, fact: Fact, ending: Ending | None = None) -> list[Member]:
    """The members who are told of a fact, and of what it does to the account's end."""
    whom = ENDINGS[ending.course] if ending else WHOM[fact.kind]
    return whom(customer, policy, fact)


def ending(customer: Customer, fact: Fact) -> Ending | None:
    """What a fact does to the account's end; nothing where it stays as it was."""
    read = {"changes_taken": ending_taken, "changes_applied": ending_applied}.get(fact.kind)
    if read is None:
        return None
    told = [UUID(one["change"] if isinstance(one, dict) else one) for one in fact.data["changes"]]
    return read(agreement(customer.id, before=fact.on).timeline, told, fact.on)


def sees_invoices(customer: Customer, policy: Policy, reader: Member, on: date) -> bool:
    """Whether somebody sees the account's invoices."""
    return decide(policy, customer.account, reader, "view_invoices", on).outcome is Outcome.ALLOWED


def recipients(customer: Customer, fact: Fact, readers: Collection[Member]) -> list[str]:
    """The addresses that receive invoices, of the invoice that the readers of a fact are told of; none of theirs."""
    if not readers or not fact.data.get("invoice"):
        return []
    told = {one.email.lower() for one in readers}
    addresses = (one["email"] for one in details(customer.id).recipients)
    return [one for one in dict.fromkeys(addresses) if one.lower() not in told]


def _reviewers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [
        one
        for one in customer.account.members
        if one.id != fact.actor_id
        and decide(policy, customer.account, one, "review_requests", fact.on).outcome is Outcome.ALLOWED
    ]


def _requester(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    asked = request(customer.id, UUID(fact.data["request"]))
    return [one for one in customer.account.members if one.id == asked.member_id and one.active]


def _requester_or_reviewers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    """Return whoever asked, or the reviewers where whoever asked has left, or may ask no longer."""
    told = _reviewers if fact.data["cause"] == "requester" else _requester
    return told(customer, policy, fact)


def _payers(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    """Who sees invoices; of what has none, not who did it."""
    return [
        one
        for one in customer.account.members
        if (fact.data.get("invoice") or one.id != fact.actor_id) and sees_invoices(customer, policy, one, fact.on)
    ]


def _payers_and_who_did_it(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [
        one
        for one in customer.account.members
        if one.id == fact.actor_id or sees_invoices(customer, policy, one, fact.on)
    ]


def _everybody(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [one for one in customer.account.members if one.active]


def _of_invoice(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return _payers(customer, policy, fact) if fact.data.get("invoice") else []


def _on_invoice(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    invoice = fact.data.get("invoice")
    told = not _collected(customer.id, UUID(invoice)) if invoice else bool(fact.data["changes"])
    return _payers(customer, policy, fact) if told else []


def _collected(account_id: UUID, invoice_id: UUID) -> bool:
    """Whether a payment of it was or will be tried by itself; a credit may have settled it, and then none is."""
    if not method(account_id).automatic or document(account_id, invoice_id).kind != "invoice":
        return False
    return attempted(account_id, invoice_id) or left(account_id, [invoice_id])[invoice_id] > 0


def _owners(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    both = {UUID(fact.data["before"]), UUID(fact.data["after"])}
    members = (one for one in customer.account.members if one.active)
    return [one for one in members if one.id in both or one.role in (OWNER, BILLING_ADMIN)]


def _invited(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    waits = invitation(customer.id, UUID(fact.data["member"])) is not None
    return _named(customer, policy, fact) if waits else []


def _another_role(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [] if fact.data["before"] == fact.data["after"] else _named(customer, policy, fact)


def _named(customer: Customer, policy: Policy, fact: Fact) -> list[Member]:
    return [former(customer.id, UUID(fact.data["member"]))]


WHOM: Final[Mapping[str, Whom]] = {
    "request_submitted": _reviewers,
    "request_withdrawn": _reviewers,
    "request_approved": _requester,
    "request_rejected": _requester,
    "request_expired": _requester,
    "request_overtaken": _requester_or_reviewers,
    "request_reminded": _reviewers,
    "changes_taken": _payers,
    "changes_applied": _on_invoice,
    "renewed": _on_invoice,
    "renewal_ahead": _payers,
    "temporary_seats_ended": _payers,
    "trial_ending": _payers,
    "trial_ended": _payers,
    "payment_received": _of_invoice,
    "payment_failed": _of_invoice,
    "seats_short": _payers_and_who_did_it,
    "owner_changed": _owners,
    "member_added": _invited,
    "member_invited": _invited,
    "member_changed": _another_role,
    "member_suspended": _named,
    "member_resumed": _named,
    "member_removed": _named,
}
"""Who is told of each kind of fact."""

ENDINGS: Final[Mapping[Course, Whom]] = {
    Course.ENDS: _payers_and_who_did_it,
    Course.GOES_ON: _payers_and_who_did_it,
    Course.ENDED: _everybody,
}
"""Who is told instead where the fact does something to the account's end."""

OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    "changes": ("changes_taken", "changes_applied", "temporary_seats_ended"),
    "renewals": ("renewed", "renewal_ahead"),
    "payments": ("payment_received",),
    "reminders": ("request_reminded",),
}
"""What people may do without, by what it is about. An invoice that is to be paid comes all the same."""


def optional(customer: Customer, fact: Fact, ending: Ending | None = None) -> str:
    """What a fact is about that people may do without; nothing where everybody concerned must know."""
    if ending:
        return ""
    invoice = fact.data.get("invoice")
    if invoice and not method(customer.id).automatic and left(customer.id, [UUID(invoice)])[UUID(invoice)] > 0:
        return ""
    return next((about for about, kinds in OPTIONAL.items() if fact.kind in kinds), "")


def page_of(account_id: UUID, data: Mapping[str, Any]) -> str:
    """The path of the page on which more is to be seen."""
    if "request" in data:
        return f"/accounts/{account_id}/requests/{data['request']}"
    if data.get("invoice"):
        return f"/accounts/{account_id}/invoices/{data['invoice']}"
    return f"/accounts/{account_id}"
