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
from bursar.core.events.people import MemberAdded, MemberInvited
from bursar.core.events.request import RequestEvent, RequestOvertaken, RequestReminded
from bursar.core.events.subscription import FellDue, Invoiced, RenewalAhead, SeatsShort, TrialEnded, TrialEnding
from bursar.core.money.money import Money
from bursar.core.ordering.content import read_quote
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.ordering.quote import quote
from bursar.core.ordering.states_before import states_before_edits
from bursar.core.policy.policy import SYSTEM, Policy
from bursar.core.subscription.shortfall import shortfalls
from bursar.history.queries import Fact
from bursar.i18n import edits, money
from bursar.i18n.decision import role_name
from bursar.i18n.history import Story
from bursar.i18n.lines import lines_shown
from bursar.invoices.queries import document
from bursar.notices.readers import page_path
from bursar.payments.queries import method
from bursar.payments.queries import open_amounts as unpaid
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
    """The body of an email: the event in one sentence, details line by line, and a link to the page that shows it."""

    happened: str
    lines: list[str]
    path: str
    way: str = field(default_factory=lambda: _("See it in the Admin Center"))


@singledispatch
def body(event: Event, telling: EmailMaterial) -> EmailBody:
    """Return what an email says of an event: what the History page says, unless a function below says more."""
    told = telling.story.sentences(event)
    happened, lines = (told[0], []) if len(told) == 1 else (_("The subscription was changed."), told)
    return EmailBody(happened, lines, page_path(telling.customer.id, event))


def _with(event: Event, telling: EmailMaterial, lines: list[str]) -> EmailBody:
    """Return what happened, and lines of its own in place of all others."""
    return replace(body.dispatch(Event)(event, telling), lines=lines)


@body.register
def _invoiced(event: Invoiced, telling: EmailMaterial) -> EmailBody:
    said = body.dispatch(Event)(event, telling)
    return replace(said, lines=[*said.lines, *about_document(event, telling.customer)])


@body.register
def _fell_due(event: FellDue, telling: EmailMaterial) -> EmailBody:
    """Measure each change that took effect by itself against the state just before it."""
    timeline, catalog = agreement(telling.customer.id, before=telling.fact.on).timeline, current_catalog()
    before = timeline.states_before()
    applied = [
        edits.said(change.edit, before[change.id], catalog) for change in timeline.changes if change.id in event.changes
    ]
    return _with(event, telling, [*applied, *about_document(event, telling.customer)])


@body.register(MemberAdded)
@body.register(MemberInvited)
def _invited(event: MemberAdded | MemberInvited, telling: EmailMaterial) -> EmailBody:
    return EmailBody(
        _("You are invited as {role}.").format(role=role_name(telling.policy, event.role)),
        [_("The link works once, for {days} days.").format(days=INVITATION_DAYS)],
        _accepting(telling.customer, event.member),
        _("Accept the invitation"),
    )


def _accepting(customer: Customer, member_id: UUID) -> str:
    """The page on which an invitation is accepted; one that waits no longer leads nowhere but to the first page."""
    invited_at = invited_at_of(customer.id, member_id)
    if invited_at is None:
        return "/"
    return f"/invitation/{create_invitation(customer.id, member_id, invited_at, customer.member(member_id).email)}"


@body.register
def _seats_short(event: SeatsShort, telling: EmailMaterial) -> EmailBody:
    advice = _("Name them beside the scheduled change, or keep more seats. Nobody is chosen for you.")
    return _with(event, telling, [advice])


@body.register
def _trial_ending(event: TrialEnding, telling: EmailMaterial) -> EmailBody:
    said = _("It ends by itself, and nothing is charged. Until then everything works.")
    return _with(event, telling, [said, _("To go on, choose a plan in the Admin Center.")])


@body.register
def _trial_ended(event: TrialEnded, telling: EmailMaterial) -> EmailBody:
    said = _("The products of the trial can no longer be used. Nothing is charged.")
    return _with(event, telling, [said, _("To go on, choose a plan in the Admin Center.")])


@body.register
def _renewal_ahead(event: RenewalAhead, telling: EmailMaterial) -> EmailBody:
    """Say what is renewed for how much, with what is scheduled until then, and until when it can be made less."""
    known, on = context(telling.customer, telling.fact.on, telling.policy), telling.fact.on
    coming = quote(known, (), SYSTEM, on).next_renewal
    amount = money.amount(Money(coming.total, telling.customer.account.currency))
    said = [_("Next invoice: {amount}").format(amount=amount)]
    before = known.timeline.states_before()
    for change in known.timeline.pending(on):
        told = edits.said(change.edit, before[change.id], known.catalog)
        said.append(edits.dated(told, change.edit, change.effective_on))
    for short in shortfalls(known.timeline, known.used, on):
        said.append(edits.short(telling.story.product(short.product), short.seats, short.more, short.on))
    last = _("To reduce the subscription at this renewal, make the change before {day}.").format(
        day=money.day(event.renewal_on)
    )
    return _with(event, telling, [*said, last])


@body.register
def _of_request(event: RequestEvent, telling: EmailMaterial) -> EmailBody:
    """Say who asks for what, at what price when it was asked, and what was answered."""
    customer = telling.customer
    row = request(customer.id, event.request)
    asked_for, catalog = read_quote(row.content), current_catalog()
    timeline = agreement(customer.id, before=asked_for.on).before(row.id).timeline
    before = states_before_edits(timeline, asked_for)
    scheduled = {change.id: change for change in timeline.changes}
    asked = [_("{name} asks for:").format(name=row.name)]
    asked += [
        f"– {_asked(edits.said_of(decided.edit, state, scheduled, catalog), decided, asked_for.on)}"
        for decided, state in zip(asked_for.edits, before, strict=True)
    ]
    due = money.amount(Money(asked_for.due_today.total, asked_for.currency))
    asked.append(_("Due at once, at the price of {day}: {amount}").format(day=money.day(asked_for.on), amount=due))
    if isinstance(event, RequestReminded):
        closes = money.day(row.status.expires_at.astimezone(customer.zone).date())
        asked.append(_("If nobody reviews it, it is closed on {day}.").format(day=closes))
    if isinstance(event, RequestOvertaken) and event.cause not in ("requester", "done"):
        asked.append(_("Nothing was changed. If it is still wanted, ask again for what is possible now."))
    if row.reason:
        asked.append(_("Why: {reason}").format(reason=row.reason))
    if row.answer:
        asked.append(_("The answer: {reason}").format(reason=row.answer))
    return _with(event, telling, asked)


def _asked(said: str, decided: DecidedEdit, today: date) -> str:
    """An edit, with the day from which it would count if that is not the day of asking."""
    if decided.effective_on is None or decided.effective_on <= today:
        return said
    return edits.dated(said, decided.edit, decided.effective_on)


def about_document(event: Event, customer: Customer) -> list[str]:
    """Return the invoice or credit note that goes with an event, if one does, and what is to be done about it."""
    document_id = document_of(event)
    if document_id is None:
        return []
    found = document(customer.id, document_id)
    total = money.amount(Money(found.totals.total, found.currency))
    lines = [f"– {line.said}, {line.days}, {line.amount}" for line in lines_shown(found.lines, found.currency)]
    if found.kind != "invoice":
        return [_("Credit note {number} for {amount}.").format(number=found.number, amount=total), *lines]
    said = [_("Invoice {number} for {amount}.").format(number=found.number, amount=total), *lines]
    left = unpaid(customer.id, [found.id])[found.id]
    if left and not method(customer.id).automatic:
        amount = money.amount(Money(left, found.currency))
        said.append(_("To be paid by {day}: {amount}").format(day=money.day(found.due_on), amount=amount))
    if isinstance(event, PaymentFailed):
        said.append(_("Pay the invoice in another way, or replace the payment type; what is open is then tried again."))
    return said
