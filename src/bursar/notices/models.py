"""Emails to people, and the facts that they are about."""

from django.db import models
from django.db.models import Q

from bursar.columns.codes import CodeField
from bursar.columns.guard import FROZEN
from bursar.columns.ids import uuid7
from bursar.columns.reference import SameAccount
from bursar.columns.row import AccountRow


class Told(AccountRow):
    """An entry of the history whose emails are written. An entry has at most one such row, so it is told once."""

    entry_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            models.UniqueConstraint(fields=("account", "entry_id"), name="notices_told_once"),
        )
        triggers = FROZEN


class NotTold(AccountRow):
    """An entry of the history whose emails could not be written, and when Bursar tries again.

    `failure` names the exception and the place in our code, and quotes no value.
    """

    entry_id = models.UUIDField()
    tries = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    failure = models.TextField(blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=("due_at",), name="notices_nottold_due"),)
        constraints = (
            *AccountRow.Meta.constraints,
            models.UniqueConstraint(fields=("account", "entry_id"), name="notices_nottold_once"),
            models.CheckConstraint(condition=Q(tries__gte=0), name="notices_nottold_tries"),
        )


class Unwanted(models.Model):
    """A kind of optional email that a person does not want, in any account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    about = CodeField(("changes", "renewals", "payments", "reminders"))

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "about"), name="notices_unwanted_once"),)


class PersonalEmail(models.Model):
    """An email to a person about their own sign-in, in whatever account they are.

    It may hold a link that signs in: its secret is sealed, and its text is deleted once it is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    address = models.EmailField()
    locale = models.TextField()
    subject = models.TextField()
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    secret = models.TextField(blank=True, default="")
    state = CodeField(("outbox", "waiting", "sent", "failed"))
    tries = models.IntegerField(default=0)
    failure = models.TextField(blank=True, default="")
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("due_at",), condition=Q(state="waiting"), name="notices_personal_waiting"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False, text="", html="", secret="")
                | (~Q(state="sent") & Q(sent_at=None)),
                name="notices_personal_sent",
            ),
            models.CheckConstraint(condition=Q(tries__gte=0), name="notices_personal_tries"),
        )


class Email(AccountRow):
    """An email to a member or an invoice recipient. It holds names and free text, and can be deleted.

    The secret of an invitation is sealed beside the text, and both are deleted once it is sent.

    Emails of sandbox accounts stay in the outbox; without a mail server, all emails do.
    """

    told = models.ForeignKey(Told, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    member = models.ForeignKey(
        "accounts.Member", on_delete=models.PROTECT, null=True, db_constraint=False, related_name="+"
    )
    address = models.EmailField()
    locale = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    secret = models.TextField(blank=True, default="")
    state = CodeField(("outbox", "waiting", "sent", "failed"))
    tries = models.IntegerField(default=0)
    failure = models.TextField(blank=True, default="")
    # The moment of the next try. Once an email is sent or given up, the moment at which that happened.
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("due_at",), condition=Q(state="waiting"), name="notices_email_waiting"),)
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("told"),
            SameAccount("member"),
            # By address and not by member: a recipient of invoices may be a member too.
            models.UniqueConstraint(fields=("account", "told", "address"), name="notices_email_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False, secret="") | (~Q(state="sent") & Q(sent_at=None)),
                name="notices_email_sent",
            ),
            models.CheckConstraint(condition=Q(tries__gte=0), name="notices_email_tries"),
        )
