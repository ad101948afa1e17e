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
from bursar.notices.body import EmailMaterial, about_document, body
from bursar.notices.secret import seal_content
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
    ending: TerminationChange | None = None,
) -> EmailContent:
    """Write the email to a member about a fact, or about the end of the account if the fact schedules or undoes it."""
    with translation.override(locale):
        story = Story(names_by_id(customer.id), policy, current_catalog(), prices=sees_invoices, invoices=sees_invoices)
        telling = EmailMaterial(customer, policy, fact, story, sees_invoices)
        said = termination_body(ending, telling) if ending else body(fact.event, telling)
        content = {
            "subject": _subject(customer, said.happened),
            # What happens by itself, nobody did.
            "who": "" if fact.actor_kind == "system" else story.who(fact.actor_kind, fact.actor_id),
            "on": money.day(fact.on),
            "lines": said.lines,
            "way": said.way,
            "link": f"{settings.BURSAR_URL}{said.path}",
            "locale": locale,
        }
        secret = said.path.rpartition("/")[2] if said.path.startswith("/invitation/") else ""
        return replace(_written(content), secret=secret)


def write_to_recipient(customer: Customer, event: Event, invoice_id: UUID) -> EmailContent:
    """Write the email with an invoice to a recipient who is no member, in the account's language."""
    with translation.override(customer.locale):
        found = document(customer.id, invoice_id)
        what = _("Invoice {number}") if found.kind == "invoice" else _("Credit note {number}")
        because = _("You read this because {account} has its invoices sent to you.").format(account=customer.name)
        lines = [*about_document(event, customer), because]
        subject = _subject(customer, what.format(number=found.number))
        return _written({"subject": subject, "lines": lines, "locale": customer.locale})


def write_personal_email(
    locale: str, subject: str, lines: Sequence[str], way: str, path: str, *, secret: bool = False
) -> EmailContent:
    """Write an email to a person about their own sign-in.

    `path` is the page that the email leads to, and `secret` says that its last part lets somebody in.
    """
    content = {"subject": subject, "lines": lines, "way": way, "link": f"{settings.BURSAR_URL}{path}", "locale": locale}
    return replace(_written(content), secret=path.rpartition("/")[2] if secret else "")


def _subject(customer: Customer, happened: str) -> str:
    # A name may have a line break, the head of an email not.
    return " ".join(_("{account}: {happened}").format(account=customer.name, happened=happened).split())


def _written(content: dict[str, Any]) -> EmailContent:
    text, html = (render_to_string(f"notices/email.{kind}", content).strip() for kind in ("txt", "html"))
    return EmailContent(content["subject"], text, html)
