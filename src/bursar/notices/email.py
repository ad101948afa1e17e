"""Write emails in the reader's language: the event, its details, and a link to the page that shows it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from bursar.accounts.queries import Customer, names_by_id
from bursar.catalog.queries import current as current_catalog
from bursar.core.events import Event
from bursar.core.policy.policy import Policy
from bursar.core.subscription.termination import TerminationChange
from bursar.history.queries import Fact
from bursar.i18n import money
from bursar.i18n.history import Story
from bursar.invoices.queries import document
from bursar.notices.body import EmailMaterial, body, document_lines
from bursar.notices.secret import INVITATION, seal_content
from bursar.notices.termination import termination_body


@dataclass(frozen=True, slots=True)
class EmailContent:
    """An email as text and as HTML; `secret` is the part of its link that lets its reader in, if it has such a link."""

    subject: str
    text: str
    html: str
    secret: str = ""

    def columns(self) -> dict[str, str]:
        """Return the columns of the row that keeps this email, with its secret sealed."""
        return {"subject": self.subject, **asdict(seal_content(self.text, self.html, self.secret))}


def write_email(
    customer: Customer,
    policy: Policy,
    fact: Fact,
    locale: str,
    sees_invoices: bool,
    termination: TerminationChange | None = None,
) -> EmailContent:
    """Write the email to a member about a fact, or about the end of the account if the fact schedules or undoes it."""
    with translation.override(locale):
        names = names_by_id(customer.id, fact.ids)
        story = Story(names, policy, current_catalog(), prices=sees_invoices, invoices=sees_invoices)
        material = EmailMaterial(customer, policy, fact, story, sees_invoices)
        written = termination_body(termination, material) if termination else body(fact.event, material)
        content = {
            "subject": _subject(customer, written.headline),
            # The system is no actor that a reader could ask, so such an email names the day alone.
            "actor": "" if fact.actor_kind == "system" else story.who(fact.actor_kind, fact.actor_id),
            "day": money.day(fact.on),
            "lines": written.lines,
            "link_text": written.link_text,
            "link": f"{settings.BURSAR_URL}{written.path}" if written.path else "",
            "locale": locale,
        }
        secret = written.path.rpartition("/")[2] if written.path.startswith(INVITATION) else ""
        return replace(_rendered(content), secret=secret)


def write_to_recipient(customer: Customer, event: Event, invoice_id: UUID) -> EmailContent:
    """Write the email with an invoice to a recipient who is no member, in the account's language."""
    with translation.override(customer.locale):
        issued = document(customer.id, invoice_id)
        headline = _("Invoice {number}") if issued.kind == "invoice" else _("Credit note {number}")
        why = _("You receive this email because {account} has its invoices sent to you.").format(account=customer.name)
        lines = [*document_lines(event, customer), why]
        subject = _subject(customer, headline.format(number=issued.number))
        # Without a link: a recipient has no page.
        return _rendered({"subject": subject, "lines": lines, "locale": customer.locale})


def write_personal_email(
    locale: str, subject: str, lines: Sequence[str], link_text: str, path: str, *, secret: bool = False
) -> EmailContent:
    """Write an email to a person about their own sign-in.

    `path` is the page that the email leads to, and `secret` says that its last part lets somebody in.
    """
    link = f"{settings.BURSAR_URL}{path}"
    content = {"subject": subject, "lines": lines, "link_text": link_text, "link": link, "locale": locale}
    return replace(_rendered(content), secret=path.rpartition("/")[2] if secret else "")


def _subject(customer: Customer, headline: str) -> str:
    # A name may have a line break, the subject of an email must not: it would begin another header.
    return " ".join(_("{account}: {happened}").format(account=customer.name, happened=headline).split())


def _rendered(content: dict[str, Any]) -> EmailContent:
    text, html = (render_to_string(f"notices/email.{kind}", content).strip() for kind in ("txt", "html"))
    return EmailContent(content["subject"], text, html)
