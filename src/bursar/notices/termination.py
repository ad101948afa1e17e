"""The body of an email about the account's end: it is scheduled, it was undone, or it has come."""

from babel.lists import format_list
from django.utils.translation import gettext as _

from bursar.catalog.queries import current as current_catalog
from bursar.core.events.subscription import ChangesAccepted
from bursar.core.ordering.decision import decide_undo
from bursar.core.policy.member import OWNER
from bursar.core.policy.policy import Contact, Decision, Outcome
from bursar.core.subscription.edit import Cancel, Undo
from bursar.core.subscription.termination import TerminationChange, TerminationStatus
from bursar.i18n import edits, money
from bursar.i18n.decision import people, whom_to_ask
from bursar.i18n.language import locale
from bursar.notices.body import EmailBody, EmailMaterial, document_lines


def termination_body(termination: TerminationChange, material: EmailMaterial) -> EmailBody:
    """Return the body about the account's end, which stands in place of the change that schedules or undoes it."""
    day = money.day(termination.on)
    path = f"/accounts/{material.customer.id}"
    match termination.status:
        case TerminationStatus.SCHEDULED:
            return EmailBody(_("The account ends on {day}.").format(day=day), _scheduled(termination, material), path)
        case TerminationStatus.REVOKED:
            lines = [_("It would have ended on {day}.").format(day=day)]
            return EmailBody(_("The account goes on: its end was undone."), lines, path)
        case TerminationStatus.ENDED:
            return EmailBody(_("The account has ended."), _ended(termination, material), path)


def _scheduled(termination: TerminationChange, material: EmailMaterial) -> list[str]:
    policy, account, on = material.policy, material.customer.account, material.fact.on
    allowed = [
        Contact(member.name, member.email, member.role)
        for member in account.members
        if decide_undo(policy, account, member, termination.change, on).outcome is Outcome.ALLOWED
    ]
    # Written as a refusal, because its sentence about the people to ask is the one that pages say.
    ask = Decision(termination.change.capability, Outcome.REFUSED, ask=tuple(allowed) or account.vendor_contacts())
    undone = _("It can be undone before {day}.").format(day=money.day(termination.on))
    lost = [_("Products that end with it: {products}").format(products=_products(termination))]
    lines = [
        *_other_changes(material),
        _("Until then everything works as before."),
        *(lost if termination.lost else []),
        f"{undone} {whom_to_ask(ask, policy)}",
    ]
    if material.sees_invoices:
        lines += [
            *document_lines(material.fact.event, material.customer),
            _("Open invoices still have to be paid."),
        ]
    return lines


def _ended(termination: TerminationChange, material: EmailMaterial) -> list[str]:
    lost = [_("Products that ended with it: {products}").format(products=_products(termination))]
    lines = [*_other_changes(material), *(lost if termination.lost else [])]
    if not material.sees_invoices:
        owner = people(material.customer.account.contacts((OWNER,)), material.policy)
        return [*lines, _("If you have questions, ask {people}.").format(people=owner)]
    # An account that has ended stays open to those who see invoices: what it owes must still be paid.
    still_open = _("Open invoices still have to be paid; you can see and pay them in the Admin Center.")
    return [*lines, *document_lines(material.fact.event, material.customer), still_open]


def _other_changes(material: EmailMaterial) -> list[str]:
    """Return the sentences of the changes that were accepted together with the one that ends the account."""
    event = material.fact.event
    if not isinstance(event, ChangesAccepted):
        return []
    sentences = zip(material.story.sentences(event), event.changes, strict=True)
    return [sentence for sentence, accepted in sentences if not isinstance(accepted.edit, Cancel | Undo)]


def _products(termination: TerminationChange) -> str:
    catalog = current_catalog()
    return format_list([edits.product_name(catalog, code) for code in termination.lost], locale=locale())
