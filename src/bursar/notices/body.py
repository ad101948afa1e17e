"""The body of an email about an event, by the event's class."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import singledispatch
from uuid import UUID

from django.utils.translation import gettext as _

from bursar.accounts.keys import INVITATION_DAYS, create_invitation
from bursar.accounts.queries import Customer, invited_at_of
from bursar.catalog.queries import current as current_catalog
from bursar.checkout import context
from bursar.core.events import Event, document_of
from bursar.core.events.payment import PaymentFailed
from bursar.core.events.people import (
    MemberAdded,
    MemberChanged,
    MemberInvited,
    MemberRemoved,
    MemberResumed,
    MemberSuspended,
)
from bursar.core.events.request import RequestEvent, RequestOvertaken, RequestReminded
from bursar.core.events.subscription import FellDue, Invoiced, RenewalAhead, SeatsShort, TrialEnded, TrialEnding
from bursar.core.money.money import Money
from bursar.core.ordering.content import read_quote
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.ordering.quote import quote
from bursar.core.ordering.states_before import states_before_edits
from bursar.core.policy.member import OWNER
from bursar.core.policy.policy import SYSTEM, Policy
from bursar.core.subscription.shortfall import shortfalls
from bursar.history.queries import Fact
from bursar.i18n import edits, money
from bursar.i18n.decision import people, role_name
from bursar.i18n.history import Story
from bursar.i18n.lines import lines_in_words
from bursar.invoices.queries import document
from bursar.notices.readers import page_path
from bursar.payments.queries import method, open_amounts
from bursar.subscriptions.queries import agreement, request


@dataclass(frozen=True, slots=True)
class EmailMaterial:
    """The material of an email about a fact. It tells amounts only to readers who may see invoices."""

    customer: Customer
    policy: Policy
    fact: Fact
    story: Story
    sees_invoices: bool


@dataclass(frozen=True, slots=True)
class EmailBody:
    """The body of an email: a headline, details line by line, and a link; an empty path is no link."""

    headline: str
    lines: list[str]
    path: str
    link_text: str = field(default_factory=lambda: _("See it in the Admin Center"))


@singledispatch
def body(event: Event, material: EmailMaterial) -> EmailBody:
    """Return the body of an email about an event: the sentences of the History page, unless its class has its own."""
    return _as_history(event, material)


def _as_history(event: Event, material: EmailMaterial) -> EmailBody:
    sentences = material.story.sentences(event)
    # A single sentence is the headline. Several would make a subject that no mailbox shows whole.
    headline, lines = (sentences[0], []) if len(sentences) == 1 else (_("The subscription was changed."), sentences)
    return EmailBody(headline, lines, page_path(material.customer.id, event))


def _with_lines(event: Event, material: EmailMaterial, lines: list[str]) -> EmailBody:
    """Return the headline of the History page, with these lines in place of its own."""
    return replace(_as_history(event, material), lines=lines)


def _document(event: Event, material: EmailMaterial) -> list[str]:
    return document_lines(event, material.customer) if material.sees_invoices else []


@body.register
def _invoiced(event: Invoiced, material: EmailMaterial) -> EmailBody:
    as_history = _as_history(event, material)
    return replace(as_history, lines=[*as_history.lines, *_document(event, material)])


@body.register
def _payment_failed(event: PaymentFailed, material: EmailMaterial) -> EmailBody:
    # The other recipients of the invoice are not told this: they can neither pay here nor replace the payment type.
    advice = _("Pay the invoice in another way, or replace the payment type; what is open is then tried again.")
    return _with_lines(event, material, [*_document(event, material), advice])


@body.register
def _fell_due(event: FellDue, material: EmailMaterial) -> EmailBody:
    """Return the renewal, or the changes that took effect, each measured against the state just before it."""
    # The timeline of the day before: a renewal stores the state as a checkpoint, after which its changes are not read.
    timeline, catalog = agreement(material.customer.id, before=material.fact.on).timeline, current_catalog()
    state_before = timeline.states_before()
    applied = [
        edits.edit_in_words(change.edit, state_before[change.id], catalog)
        for change in timeline.changes
        if change.id in event.changes
    ]
    return _with_lines(event, material, [*applied, *_document(event, material)])


@body.register(MemberAdded)
@body.register(MemberInvited)
def _invited(event: MemberAdded | MemberInvited, material: EmailMaterial) -> EmailBody:
    return EmailBody(
        _("You are invited as {role}.").format(role=role_name(material.policy, event.role)),
        [_("The link is valid for {days} days and works once.").format(days=INVITATION_DAYS)],
        _invitation_path(material.customer, event.member),
        _("Accept the invitation"),
    )


def _invitation_path(customer: Customer, member_id: UUID) -> str:
    """Return the path at which an invitation is accepted; the first page if it no longer waits."""
    # Read now, not from the event: an invitation that was sent again meanwhile has another secret.
    invited_at = invited_at_of(customer.id, member_id)
    if invited_at is None:
        return "/"
    return f"/invitation/{create_invitation(customer.id, member_id, invited_at, customer.member(member_id).email)}"


# These four go to the member alone, so they say "you", where the history has the member's name.
@body.register
def _role_changed(event: MemberChanged, material: EmailMaterial) -> EmailBody:
    role, before = (role_name(material.policy, code) for code in (event.after, event.before))
    headline = _("Your role is now {role}.").format(role=role)
    return EmailBody(headline, [_("It was {role} before.").format(role=before)], page_path(material.customer.id, event))


@body.register
def _suspended(event: MemberSuspended, material: EmailMaterial) -> EmailBody:
    lines = [_("Until it is restored, you cannot open this account."), _ask_owner(material)]
    return EmailBody(_("Your access was suspended."), lines, path="")


@body.register
def _resumed(event: MemberResumed, material: EmailMaterial) -> EmailBody:
    return EmailBody(_("Your access was restored."), [], page_path(material.customer.id, event))


@body.register
def _removed(event: MemberRemoved, material: EmailMaterial) -> EmailBody:
    return EmailBody(_("You were removed from this account."), [_ask_owner(material)], path="")


def _ask_owner(material: EmailMaterial) -> str:
    owner = people(material.customer.account.contacts((OWNER,)), material.policy)
    return _("If you think that this is a mistake, ask {people}.").format(people=owner)


@body.register
def _seats_short(event: SeatsShort, material: EmailMaterial) -> EmailBody:
    advice = _("Name people beside the scheduled change, or keep more seats. Nobody is chosen for you.")
    return _with_lines(event, material, [advice])


@body.register
def _trial_ending(event: TrialEnding, material: EmailMaterial) -> EmailBody:
    end = _("It ends by itself, and nothing is charged. Until then everything works.")
    return _with_lines(event, material, [end, _("To go on, choose a plan in the Admin Center.")])


@body.register
def _trial_ended(event: TrialEnded, material: EmailMaterial) -> EmailBody:
    end = _("The products of the trial can no longer be used. Nothing is charged.")
    return _with_lines(event, material, [end, _("To go on, choose a plan in the Admin Center.")])


@body.register
def _renewal_ahead(event: RenewalAhead, material: EmailMaterial) -> EmailBody:
    """Return the amount of the next invoice, the changes scheduled until then, and the last day for a reduction."""
    on = material.fact.on
    # Not the stored rows: what has fallen due and is not written yet changes what is renewed.
    current = context(material.customer, on, material.policy)
    renewal = quote(current, (), SYSTEM, on).next_renewal
    amount = money.amount(Money(renewal.total, material.customer.account.currency))
    lines = [_("Next invoice: {amount}").format(amount=amount)]
    state_before = current.timeline.states_before()
    for change in current.timeline.pending(on):
        sentence = edits.edit_in_words(change.edit, state_before[change.id], current.catalog)
        lines.append(edits.with_day(sentence, change.edit, change.effective_on))
    for short in shortfalls(current.timeline, current.used, on):
        lines.append(edits.shortfall_in_words(material.story.product(short.product), short.seats, short.more, short.on))
    last_day = _("To reduce the subscription at this renewal, make the change before {day}.")
    return _with_lines(event, material, [*lines, last_day.format(day=money.day(event.renewal_on))])


@body.register
def _of_request(event: RequestEvent, material: EmailMaterial) -> EmailBody:
    """Return the edits of a request with the price that its requester saw, its reason, and its answer if it has one."""
    customer = material.customer
    row = request(customer.id, event.request)
    requested, catalog = read_quote(row.content), current_catalog()
    # As it was when the request was made. Once it is approved, its own changes are in the timeline and must not count.
    timeline = agreement(customer.id, before=requested.on).before(row.id).timeline
    states = states_before_edits(timeline, requested)
    scheduled = {change.id: change for change in timeline.changes}
    lines = [_("{name} asked for:").format(name=row.name)]
    lines += [
        f"– {_with_day(edits.decided_edit_in_words(decided.edit, state, scheduled, catalog), decided, requested.on)}"
        for decided, state in zip(requested.edits, states, strict=True)
    ]
    due = money.amount(Money(requested.due_today.total, requested.currency))
    lines.append(_("Due at once, at the prices of {day}: {amount}").format(day=money.day(requested.on), amount=due))
    if row.reason:
        lines.append(_("Reason: {reason}").format(reason=row.reason))
    if row.answer:
        lines.append(_("Answer: {answer}").format(answer=row.answer))
    if isinstance(event, RequestReminded):
        closes = money.day(row.status.expires_at.astimezone(customer.zone).date())
        lines.append(_("If nobody reviews it, it is closed on {day}.").format(day=closes))
    # Without its requester nobody may ask again, and a request whose edits were made in another way needs no more.
    if isinstance(event, RequestOvertaken) and event.cause not in ("requester", "done"):
        lines.append(_("Nothing was changed. If it is still wanted, ask again for what is possible now."))
    return _with_lines(event, material, lines)


def _with_day(sentence: str, decided: DecidedEdit, today: date) -> str:
    """Return the sentence of an edit, with the day from which it counts if that is not the day of the request."""
    if decided.effective_on is None or decided.effective_on <= today:
        return sentence
    return edits.with_day(sentence, decided.edit, decided.effective_on)


def document_lines(event: Event, customer: Customer) -> list[str]:
    """Return the lines of the invoice or credit note that an event has, and what is still to be paid; none without."""
    document_id = document_of(event)
    if document_id is None:
        return []
    issued = document(customer.id, document_id)
    total = money.amount(Money(issued.totals.total, issued.currency))
    lines = [f"– {line.text}, {line.days}, {line.amount}" for line in lines_in_words(issued.lines, issued.currency)]
    if issued.kind != "invoice":
        return [_("Credit note {number} for {amount}.").format(number=issued.number, amount=total), *lines]
    lines = [_("Invoice {number} for {amount}.").format(number=issued.number, amount=total), *lines]
    open_minor = open_amounts(customer.id, [issued.id])[issued.id]
    amount = money.amount(Money(open_minor, issued.currency))
    if not open_minor:
        lines.append(_("This invoice is paid."))
    elif not method(customer.id).automatic:
        lines.append(_("To be paid by {day}: {amount}").format(day=money.day(issued.due_on), amount=amount))
    elif isinstance(event, PaymentFailed):
        lines.append(_("Still to be paid: {amount}").format(amount=amount))
    else:
        lines.append(_("Collected automatically: {amount}").format(amount=amount))
    return lines
