"""The tables of people, and how people are made.

Their label is `accounts`: the user model was made there, and its table cannot move without breaking every database.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower

from bursar.columns.address import sendable
from bursar.columns.codes import CodeField
from bursar.columns.guard import frozen_but
from bursar.columns.ids import uuid7
from bursar.core.policy.capability import STAFF_ROLES

LOCALES = ("en", "fr")


class People(BaseUserManager["Person"]):
    """All people; an email finds its person whatever the case of its letters, and is kept in small ones."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """A new person; without a password they sign in by link."""
        person = self.model(email=email.lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def found_or_made(self, email: str, **fields: Any) -> "Person":
        """The person of that email, or a new one; nobody erases them before the transaction ends.

        Errors: BadAddress.
        """
        sendable(email)
        held = self.select_for_update(no_key=True).filter(email=email.lower())
        person = held.first()
        if person is not None:
            return person
        try:
            with transaction.atomic(using=self._db):
                return self.create_user(email, **fields)
        except IntegrityError:
            # Somebody else made them at the same moment, and is done.
            return held.get()

    def get_by_natural_key(self, username: str | None) -> "Person":
        """The person of that email. Errors: Person.DoesNotExist."""
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """Somebody who signs in, by the name that they go by on their own pages; each account has its own for them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.TextField()
    locale = CodeField(LOCALES, default="en")
    email_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        app_label = "accounts"
        # The library that signs people in looks for small letters alone.
        constraints = (models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_person_small_letters"),)


class Staff(models.Model):
    """Somebody of the vendor's staff in a role, from an appointment until its end; another role is another row.

    `appointed_by` and `ended_by` are empty where the operator did it at the command line.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = CodeField(STAFF_ROLES)
    sandbox = models.BooleanField(default=False)
    appointed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    appointed_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "accounts"
        constraints = (
            models.UniqueConstraint(fields=("person",), condition=Q(ended_at=None), name="accounts_staff_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("appointed_at")), name="accounts_staff_ends_after"
            ),
        )
        triggers = frozen_but("ended_by_id", "ended_at")


class SignInLink(models.Model):
    """A link by which a person signs in, known by its hash only."""

    hash = models.TextField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    single_use = models.BooleanField(default=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "accounts"


class Identity(models.Model):
    """An identity at the vendor's provider by which a person signs in, made when it first came with their address.

    `issuer` is the provider that named it `subject`; another provider may give the same name to somebody else.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    issuer = models.TextField()
    subject = models.TextField()
    address = models.EmailField()
    since_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta:
        app_label = "accounts"
        constraints = (models.UniqueConstraint(fields=("issuer", "subject"), name="accounts_identity_once"),)


class AddressChange(models.Model):
    """Another address that a person asked for; it is theirs once they opened the link that was sent there.

    What was changed stays, so that whoever is erased is also found by their addresses of before.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    before = models.EmailField()
    after = models.EmailField()
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "accounts"
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=Q(changed_at=None), name="accounts_addresschange_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(changed_at=None) | Q(changed_at__gte=F("asked_at")),
                name="accounts_addresschange_changed_after",
            ),
        )


class FormerName(models.Model):
    """A name that somebody went by, here or in an account, so that whoever is erased is also found by it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    name = models.TextField()

    class Meta:
        app_label = "accounts"
        constraints = (models.UniqueConstraint(fields=("person", "name"), name="accounts_formername_once"),)
