"""A letter: what happened, in the language of whoever reads it, and where to see more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from babel.lists import format_list
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from bursar.accounts.keys import INVITATION_DAYS, create_invitation
from bursar.accounts.queries import Customer, invitation, names
from bursar.catalog.queries import current as current_catalog
from bursar.checkout.gather import situation
from bursar.core.before import states_quoted
from bursar.core.content import read_quote
from bursar.core.decision import Decided, decide_undo
from bursar.core.ending import Course, Ending
from bursar.core.member import OWNER
from bursar.core.money import Money
from bursar.core.policy import SYSTEM, Contact, Decision, Outcome, Policy
from bursar.core.quote import quote
from bursar.core.shortfall import shortfalls
from bursar.history.queries import Fact
from bursar.invoices.queries import document
from bursar.notices.catalogue import INVITATIONS, page_of
from bursar.payments.queries import left as unpaid
from bursar.payments.queries import method
from bursar.subscriptions.queries import agreement, request
from bursar.words import edits, money
from bursar.words.decision import people, role_name, whom_to_ask
from bursar.words.history import Story
from bursar.words.language import locale as language


@dataclass(frozen=True, slots=True)
class Written:
    """A letter, as text and as HTML."""

    subject: str
    text: str
    html: str


def write(
    customer: Customer, policy: Policy, fact: Fact, locale: str, sees_invoices: bool, ending: Ending | None = None
) -> Written:
    """What one reader is told of a fact, and of what it does to the account's end."""
    with translation.override(locale):
        story = Story(names(customer.id), policy, current_catalog())
        told = story.what(fact.kind, fact.data)
        happened, lines = (told[0], []) if len(told) == 1 else (_("The subscription was changed."), told)
        if fact.kind in ("changes_applied", "renewed"):
            lines = _applied(customer, fact)
        data = fact.data
        if ending:
            happened, lines, data = (
                _turn(ending),
                _about_ending(customer, policy, fact, ending, told, sees_invoices),
                {},
            )
        elif "request" in fact.data:
            lines = _about_request(customer, fact)
        elif fact.kind == "renewal_ahead":
            lines = _about_renewal(customer, policy, fact)
        elif fact.kind in ("trial_ending", "trial_ended"):
            lines = _about_trial(fact)
        elif fact.kind == "seats_short":
            lines = [_("Name them beside the scheduled change, or keep more seats. Nobody is chosen for you.")]
        elif fact.data.get("invoice"):
            lines = [*lines, *_about_invoice(customer, fact)]
        way, link = _("See it in the Admin Center"), f"{settings.BURSAR_URL}{page_of(customer.id, data)}"
        if fact.kind in INVITATIONS:
            happened = _("You are invited as {role}.").format(role=role_name(policy, fact.data["role"]))
            way, link = _("Accept the invitation"), _accepting(customer, UUID(fact.data["member"]))
            lines = [_("The link works once, for {days} days.").format(days=INVITATION_DAYS)]
        # A name may have a line break, the head of a letter not.
        subject = " ".join(_("{account}: {happened}").format(account=customer.name, happened=happened).split())
        content = {
            "subject": subject,
            # What happens by itself, nobody did.
            "who": "" if fact.actor_kind == "system" else story.who(fact.actor_kind, fact.actor_id),
            "on": money.day(fact.on),
            "lines": lines,
            "way": way,
            "link": link,
            "locale": locale,
        }
        return _written(content)


def write_to_recipient(customer: Customer, fact: Fact) -> Written:
    """What somebody reads who receives the account's invoices and is no member, in the account's language."""
    with translation.override(customer.locale):
        found = document(customer.id, UUID(fact.data["invoice"]))
        what = _("Invoice {number}") if found.kind == "invoice" else _("Credit note {number}")
        happened = what.format(number=found.number)
        subject = " ".join(_("{account}: {happened}").format(account=customer.name, happened=happened).split())
        lines = [*_about_invoice(customer, fact), _("You read this because {account} has its invoices sent to you.")]
        lines[-1] = lines[-1].format(account=customer.name)
        return _written({"subject": subject, "lines": lines, "locale": customer.locale})


def personal(locale: str, subject: str, lines: Sequence[str], way: str, path: str) -> Written:
    """What one person is told of their own sign-in; `path` is the page that the letter leads to."""
    content = {"subject": subject, "lines": lines, "way": way, "link": f"{settings.BURSAR_URL}{path}", "locale": locale}
    return _written(content)


def _written(content: dict[str, Any]) -> Written:
    text, html = (render_to_string(f"notices/letter.{kind}", content).strip() for kind in ("txt", "html"))
    return Written(content["subject"], text, html)


def _accepting(customer: Customer, member_id: UUID) -> str:
    """Where an invitation is accepted; one that waits no longer leads nowhere but to the first page."""
    invited_at = invitation(customer.id, member_id)
    if invited_at is None:
        return f"{settings.BURSAR_URL}/"
    secret = create_invitation(customer.id, member_id, invited_at, customer.member(member_id).email)
    return f"{settings.BURSAR_URL}/invitation/{secret}"


def _about_invoice(customer: Customer, fact: Fact) -> list[str]:
    """The invoice that goes with a fact, and what is to be done about it."""
    found = document(customer.id, UUID(fact.data["invoice"]))
    total = money.amount(Money(found.totals.total, found.currency))
    if found.kind != "invoice":
        return [_("Credit note {number} for {amount}.").format(number=found.number, amount=total)]
    said = [_("Invoice {number} for {amount}.").format(number=found.number, amount=total)]
    left = unpaid(customer.id, [found.id])[found.id]
    if left and not method(customer.id).automatic:
        amount = money.amount(Money(left, found.currency))
        said.append(_("To be paid by {day}: {amount}").format(day=money.day(found.due_on), amount=amount))
    if fact.kind == "payment_failed":
        said.append(_("Pay the invoice in another way, or replace the payment type; what is open is then tried again."))
    return said


def _applied(customer: Customer, fact: Fact) -> list[str]:
    """What took effect by itself, each change measured against the state just before it."""
    timeline, catalog = agreement(customer.id, before=fact.on).timeline, current_catalog()
    before = timeline.states_before()
    changes = (one for one in timeline.changes if str(one.id) in fact.data["changes"])
    return [edits.said(one.edit, before[one.id], catalog) for one in changes]


def _turn(ending: Ending) -> str:
    """What happened to the account's end, in a sentence."""
    match ending.course:
        case Course.ENDS:
            return _("The account ends on {day}.").format(day=money.day(ending.on))
        case Course.GOES_ON:
            return _("The account goes on: its end was undone.")
        case Course.ENDED:
            return _("The account has ended.")


def _about_ending(
    customer: Customer, policy: Policy, fact: Fact, ending: Ending, told: Sequence[str], sees_invoices: bool
) -> list[str]:
    """What the end of an account means for one reader, and what can be done about it."""
    account, day = customer.account, money.day(ending.on)
    if ending.course is Course.GOES_ON:
        return [_("It would have ended on {day}.").format(day=day)]
    said = []
    if fact.kind == "changes_taken":
        besides = zip(told, fact.data["changes"], strict=True)
        said = [line for line, one in besides if one["edit"]["edit"] not in ("cancel", "undo")]
    catalog = current_catalog()
    lost = format_list([edits.product_name(catalog, one) for one in ending.lost], locale=language())
    if ending.course is Course.ENDS:
        able = [
            Contact(one.name, one.email, one.role)
            for one in account.members
            if decide_undo(policy, account, one, ending.change, fact.on).outcome is Outcome.ALLOWED
        ]
        ask = Decision(ending.change.capability, Outcome.REFUSED, ask=tuple(able) or account.at_the_vendor())
        said.append(_("Until then everything works as before."))
        said += [_("What is lost then: {products}").format(products=lost)] if lost else []
        said.append(f"{_('It can be undone before {day}.').format(day=day)} {whom_to_ask(ask, policy)}")
    else:
        said += [_("What is lost: {products}").format(products=lost)] if lost else []
    if not sees_invoices:
        owner = people(account.contacts((OWNER,)), policy)
        return [*said, _("Ask {people} about it.").format(people=owner)] if ending.course is Course.ENDED else said
    if fact.data.get("invoice"):
        said += _about_invoice(customer, fact)
    if ending.course is Course.ENDS:
        return [*said, _("Invoices that are open stay to be paid.")]
    return [*said, _("Invoices can still be seen and paid in the Admin Center; those that are open stay to be paid.")]


def _about_renewal(customer: Customer, policy: Policy, fact: Fact) -> list[str]:
    """What is renewed for how much, with what is scheduled until then, and until when it can be made less."""
    known, on = situation(customer, policy), date.fromisoformat(fact.data["renewal_on"])
    coming = quote(known, (), SYSTEM, fact.on).next_renewal
    said = [_("Next invoice: {amount}").format(amount=money.amount(Money(coming.total, customer.account.currency)))]
    before = known.timeline.states_before()
    for change in known.timeline.pending(fact.on):
        told = edits.said(change.edit, before[change.id], known.catalog)
        said.append(edits.dated(told, change.edit, change.effective_on))
    for one in shortfalls(known.timeline, known.used, fact.on):
        said.append(edits.short(edits.product_name(known.catalog, one.product), one.seats, one.more, one.on))
    return [*said, _("What is to become less must be changed before {day}.").format(day=money.day(on))]


def _about_trial(fact: Fact) -> list[str]:
    """What becomes of what is tried, and how to keep it."""
    said = _("What was tried can no longer be used; nothing is charged.")
    if fact.kind == "trial_ending":
        said = _("It ends by itself, and nothing is charged. Until then everything works.")
    return [said, _("To go on, choose a plan in the Admin Center.")]


def _about_request(customer: Customer, fact: Fact) -> list[str]:
    """Who asks for what, at what price when it was asked, and what was answered."""
    row = request(customer.id, UUID(fact.data["request"]))
    asked_for, catalog = read_quote(row.content), current_catalog()
    timeline = agreement(customer.id, before=asked_for.on).before(row.id).timeline
    before = states_quoted(timeline, asked_for)
    asked = [_("{name} asks for:").format(name=row.name)]
    scheduled = {one.id: one for one in timeline.changes}
    asked += [
        f"– {_asked(edits.said_of(one.edit, state, scheduled, catalog), one, asked_for.on)}"
        for one, state in zip(asked_for.edits, before, strict=True)
    ]
    due = money.amount(Money(asked_for.due_today.total, asked_for.currency))
    asked.append(_("Due at once, at the price of {day}: {amount}").format(day=money.day(asked_for.on), amount=due))
    if fact.kind == "request_reminded":
        closes = money.day(row.standing.expires_at.astimezone(customer.zone).date())
        asked.append(_("If nobody reviews it, it is closed on {day}.").format(day=closes))
    if fact.kind == "request_overtaken" and fact.data["cause"] not in ("requester", "done"):
        asked.append(_("Nothing was changed. If it is still wanted, ask again for what is possible now."))
    if row.reason:
        asked.append(_("Why: {reason}").format(reason=row.reason))
    if row.answer:
        asked.append(_("The answer: {reason}").format(reason=row.answer))
    return asked


def _asked(said: str, one: Decided, today: date) -> str:
    """An edit, with the day from which it would count if that is not the day of asking."""
    if one.effective_on is None or one.effective_on <= today:
        return said
    return edits.dated(said, one.edit, one.effective_on)
