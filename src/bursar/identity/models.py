"""People, their identities, addresses and sign-in links, and the vendor's staff.

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
    """All people. Emails are stored in lower case, and looked up in any case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Create a person; without a password they sign in by link."""
        person = self.model(email=email.lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_or_create_person(self, email: str, **fields: Any) -> "Person":
        """Return the person of an email, or a new person; nobody erases them before the transaction ends.

        Errors: BadAddress.
        """
        sendable(email)
        # Without the key, so that rows which refer to the person can still be added by others meanwhile.
        rows = self.select_for_update(no_key=True).filter(email=email.lower())
        person = rows.first()
        if person is not None:
            return person
        try:
            # A savepoint: after an integrity error PostgreSQL runs nothing more in the transaction around it.
            with transaction.atomic(using=self._db):
                return self.create_user(email, **fields)
        except IntegrityError:
            # Another transaction created them at the same moment, and has committed.
            return rows.get()

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Return the person of an email. Errors: Person.DoesNotExist."""
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """A human who signs in. `name` is for their own pages; each account has its own name for them."""

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
    """A person of the vendor's staff in a role, from an appointment until its end; another role is another row.

    `appointed_by` and `ended_by` are empty if the operator did it at the command line.
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
    """A link by which a person signs in, stored as a hash."""

    hash = models.TextField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    single_use = models.BooleanField(default=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "accounts"


class Identity(models.Model):
    """An identity at the vendor's provider by which a person signs in, kept since it first came with their address.

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
    """A new address that a person asked for; it is theirs once they open the link that was sent there.

    Changes stay, so that erasure finds a person by former addresses too.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    # The address at the moment of asking: it stays here after the change, for erasure.
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
    """A former name of a person, here or in an account, so that erasure finds it too."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    name = models.TextField()

    class Meta:
        app_label = "accounts"
        constraints = (models.UniqueConstraint(fields=("person", "name"), name="accounts_formername_once"),)
