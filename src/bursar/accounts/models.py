"""Accounts with their members, overrides, limits, states, billing details, sessions and keys."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from bursar.accounts.guards import ACCOUNT_OWNED, CLOCK_FORWARD, FIXED_AT_OPENING, OWNER_STAYS
from bursar.columns.codes import ACTOR_KINDS, CodeField
from bursar.columns.guard import KEPT
from bursar.columns.ids import uuid7
from bursar.columns.money import CurrencyField, RateField
from bursar.columns.reference import SameAccount
from bursar.columns.row import AccountRow
from bursar.identity.models import LOCALES


class Seller(models.Model):
    """A legal entity of the vendor, as printed on invoices."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField()
    time_zone = models.TextField()
    support_name = models.TextField()
    support_email = models.EmailField()
    country = models.TextField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="accounts_seller_country"),
        )


class Account(models.Model):
    """A customer of the vendor. A sandbox account has a clock of its own, which stands still until it is moved."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    account_type = models.TextField()
    currency = CurrencyField()
    time_zone = models.TextField()
    locale = CodeField(LOCALES, default="en")
    sandbox = models.BooleanField(default=False)
    # A live account has no clock of its own, so that none can be moved by a mistake.
    clock_at = models.DateTimeField(null=True)
    tax_rate = RateField(default=0)
    representative_name = models.TextField(blank=True, default="")
    representative_email = models.EmailField(blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(sandbox=True, clock_at__isnull=False) | Q(sandbox=False, clock_at=None),
                name="accounts_account_clock",
            ),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lte=1), name="accounts_account_tax_rate"),
        )
        indexes = (
            models.Index(Lower("name"), "id", name="accounts_account_name"),
            # Of every three letters in a row: the desk searches for any part of a name.
            GinIndex(OpClass(Lower("name"), name="gin_trgm_ops"), name="accounts_account_name_part"),
        )
        triggers = (ACCOUNT_OWNED, FIXED_AT_OPENING, CLOCK_FORWARD)


class Member(AccountRow):
    """A person in an account, by the name that the account gives them.

    A removed member stays as a row; a person who comes back gets a new one.
    """

    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    role = models.TextField()
    state = CodeField(("invited", "active", "suspended"))
    created_at = models.DateTimeField()
    invited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            models.UniqueConstraint(
                fields=("account",), condition=Q(role="owner", removed_at=None), name="accounts_member_one_owner"
            ),
            models.UniqueConstraint(
                fields=("account", "person"), condition=Q(removed_at=None), name="accounts_member_once"
            ),
        )
        # Every decision reads the first members of each role, in accounts that may have thousands of one.
        indexes = (
            models.Index(
                fields=("account", "role", "id"),
                condition=Q(removed_at=None, state="active"),
                name="accounts_member_by_role",
            ),
        )
        triggers = (OWNER_STAYS,)


class SentInvitation(AccountRow):
    """An invitation that a member or staff sent; an account may send only so many within an hour."""

    sent_at = models.DateTimeField()


class Remark(AccountRow):
    """A text that a person wrote, kept apart from the facts that point at it, so that it can be emptied."""

    text = models.TextField(blank=True)

    class Meta:
        constraints = AccountRow.Meta.constraints


class Override(AccountRow):
    """A capability granted to or withheld from a single account. `until` is its last day."""

    capability = models.TextField()
    grant = models.BooleanField()
    until = models.DateField(null=True)
    remark = models.ForeignKey(Remark, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    # A member's id or a person's, by the kind; empty for a program of the vendor.
    author_kind = CodeField(ACTOR_KINDS)
    author_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            *AccountRow.Meta.constraints,
            SameAccount("remark"),
            models.UniqueConstraint(
                fields=("account", "capability"), condition=Q(ended_at=None), name="accounts_override_one_live"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("created_at")), name="accounts_override_ends_after"
            ),
            models.CheckConstraint(
                condition=~Q(author_kind="member") | Q(author_id__isnull=False),
                name="accounts_override_author_is_named",
            ),
        )
        triggers = (KEPT,)


class PurchaseLimit(models.Model):
    """The most that billing admins may add to the account in a billing period, as its owner set it."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="+")
    seats = models.IntegerField(null=True)
    amount_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(seats=None) | Q(seats__gte=0), name="accounts_purchaselimit_seats"),
            models.CheckConstraint(
                condition=Q(amount_minor=None) | Q(amount_minor__gte=0), name="accounts_purchaselimit_amount"
            ),
        )


class Session(AccountRow):
    """A session that the vendor's product opened for a member who is signed in there; it signs them in once.

    Its secret is made from its id and kept nowhere.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    page = models.TextField()
    return_to = models.TextField(blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (*AccountRow.Meta.constraints, SameAccount("member"))


class AccountState(models.Model):
    """The state of an account. Each transaction that decides about the account locks this row."""

    # A row of its own: locking the account's row would make every insert of a row that refers to it wait.

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="+")
    state = CodeField(("active", "suspended", "cancelled"))
    since_on = models.DateField()


class BillingDetails(models.Model):
    """The buyer as printed on the account's future invoices, and the addresses that receive them."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="+")
    # Free of any form, because countries write addresses in many; an issued invoice keeps its own copy.
    sold_to = models.JSONField(default=dict)
    bill_to = models.JSONField(null=True)
    vat_id = models.TextField(blank=True, default="")
    purchase_order = models.TextField(blank=True, default="")
    recipients = models.JSONField(default=list)


class VendorKey(models.Model):
    """A key of a program of the vendor, kept as a hash. It may be limited in scope, account and time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField()
    hash = models.TextField(unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    reads_only = models.BooleanField(default=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    # With `members` each call acts for a member, never for the vendor. The database has the default too, for keys that
    # an earlier release creates while it is upgraded.
    scope = models.TextField(default="vendor", db_default="vendor")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(scope__in=("vendor", "members")), name="accounts_vendorkey_scope_is_known"
            ),
        )
