"""The body of an email about the account's end: it is scheduled, it was taken back, or it has come."""

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
from bursar.notices.body import EmailBody, EmailMaterial, about_document


def termination_body(ending: TerminationChange, telling: EmailMaterial) -> EmailBody:
    """Return what is said of an account's end in place of the change that turned it."""
    day = money.day(ending.on)
    path = f"/accounts/{telling.customer.id}"
    match ending.status:
        case TerminationStatus.SCHEDULED:
            return EmailBody(_("The account ends on {day}.").format(day=day), _ends(ending, telling), path)
        case TerminationStatus.REVOKED:
            lines = [_("It would have ended on {day}.").format(day=day)]
            return EmailBody(_("The account goes on: its end was undone."), lines, path)
        case TerminationStatus.ENDED:
            return EmailBody(_("The account has ended."), _ended(ending, telling), path)


def _ends(ending: TerminationChange, telling: EmailMaterial) -> list[str]:
    policy, account, on = telling.policy, telling.customer.account, telling.fact.on
    able = [
        Contact(member.name, member.email, member.role)
        for member in account.members
        if decide_undo(policy, account, member, ending.change, on).outcome is Outcome.ALLOWED
    ]
    ask = Decision(ending.change.capability, Outcome.REFUSED, ask=tuple(able) or account.vendor_contacts())
    undone = _("It can be undone before {day}.").format(day=money.day(ending.on))
    lost = [_("What is lost then: {products}").format(products=_products(ending))] if ending.lost else []
    until = _("Until then everything works as before.")
    said = [*_besides(telling), until, *lost, f"{undone} {whom_to_ask(ask, policy)}"]
    if telling.sees_invoices:
        said += [*about_document(telling.fact.event, telling.customer), _("Open invoices still have to be paid.")]
    return said


def _ended(ending: TerminationChange, telling: EmailMaterial) -> list[str]:
    lost = [_("What is lost: {products}").format(products=_products(ending))] if ending.lost else []
    said = [*_besides(telling), *lost]
    if not telling.sees_invoices:
        owner = people(telling.customer.account.contacts((OWNER,)), telling.policy)
        return [*said, _("Ask {people} about it.").format(people=owner)]
    still = _("You can still see and pay invoices in the Admin Center. Open invoices still have to be paid.")
    return [*said, *about_document(telling.fact.event, telling.customer), still]


def _besides(telling: EmailMaterial) -> list[str]:
    """Return what else was changed together with what ends the account."""
    event = telling.fact.event
    if not isinstance(event, ChangesAccepted):
        return []
    told = zip(telling.story.sentences(event), event.changes, strict=True)
    return [sentence for sentence, taken in told if not isinstance(taken.edit, Cancel | Undo)]


def _products(ending: TerminationChange) -> str:
    catalog = current_catalog()
    return format_list([edits.product_name(catalog, code) for code in ending.lost], locale=locale())
