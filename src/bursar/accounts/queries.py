"""Who the customers are, as decisions need to know them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from bursar.accounts import models
from bursar.core.policy import Account, Contact, Member, Override, State
from bursar.core.problem import Problem, phrase
from bursar.core.tax import Tax

_STANDING: Final = Subquery(models.Standing.objects.filter(pk=OuterRef("pk")).values("state"))


class NotFound(Problem):
    """There is no such {what}; check what was asked for."""

    code = "not_found"


@dataclass(frozen=True)
class Customer:
    """An account with what decisions do not need of it. A sandbox account has a clock of its own."""

    account: Account
    name: str
    time_zone: str
    locale: str
    sandbox: bool
    clock_at: datetime | None
    tax: Tax
    seller_id: UUID
    created_at: datetime

    @property
    def id(self) -> UUID:
        """The account's id."""
        return self.account.id

    def moment(self, now: datetime) -> datetime:
        """What time it is for the account, in its own zone."""
        return (self.clock_at or now).astimezone(ZoneInfo(self.time_zone))

    def today(self, now: datetime) -> date:
        """What day it is for the account."""
        return self.moment(now).date()

    def member(self, member_id: UUID) -> Member:
        """The member of that id. Errors: NotFound."""
        found = next((one for one in self.account.members if one.id == member_id), None)
        if found is None:
            raise NotFound(what=phrase("member"))
        return found


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as lists show them; state is invited, active or suspended."""

    id: UUID
    name: str
    email: str
    role: str
    state: str


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """An override with its reason and author."""

    id: UUID
    capability: str
    grant: bool
    reason: str
    until: date | None
    author_kind: str
    author_id: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Details:
    """What future invoices say of the customer, and who receives them."""

    sold_to: dict[str, Any]
    bill_to: dict[str, Any] | None
    vat_id: str
    purchase_order: str
    recipients: list[dict[str, str]]


def customer(account_id: UUID) -> Customer:
    """An account with its members and overrides. Errors: NotFound."""
    rows = models.Account.objects.select_related("seller").filter(pk=account_id)
    row = rows.annotate(standing=_STANDING).first()
    if row is None:
        raise NotFound(what=phrase("account"))
    return _customer(row, members(account_id), _overrides(account_id))


def customers(*, after: UUID | None, limit: int) -> list[tuple[UUID, str]]:
    """Ids and names of accounts, the oldest first, those after a given one."""
    rows = models.Account.objects.filter(**({"id__gt": after} if after else {})).order_by("id")
    return list(rows.values_list("id", "name")[:limit])


def members(account_id: UUID) -> list[MemberRow]:
    """The members of an account, the owner first, then as they came."""
    rows = models.Member.objects.filter(account_id=account_id, removed_at=None).select_related("person").order_by("id")
    found = [MemberRow(one.id, one.person.name, one.person.email, one.role, one.state) for one in rows]
    return sorted(found, key=lambda one: one.role != "owner")


def memberships(person_id: UUID) -> list[tuple[UUID, UUID, str]]:
    """The accounts that a person may enter: account id, member id and the account's name."""
    rows = models.Member.objects.filter(person_id=person_id, removed_at=None, state="active").order_by("id")
    return list(rows.values_list("account_id", "id", "account__name"))


def overrides(account_id: UUID) -> list[OverrideRow]:
    """The overrides that were not ended, the oldest first."""
    rows = models.Override.objects.filter(account_id=account_id, ended_at=None).order_by("id")
    fields = ("id", "capability", "grant", "remark__text", "until", "author_kind", "author_id", "created_at")
    return [OverrideRow(*row) for row in rows.values_list(*fields)]


def details(account_id: UUID) -> Details:
    """The billing details of an account."""
    row = models.BillingDetails.objects.get(pk=account_id)
    return Details(row.sold_to, row.bill_to, row.vat_id, row.purchase_order, row.recipients)


def _overrides(account_id: UUID) -> tuple[Override, ...]:
    rows = models.Override.objects.filter(account_id=account_id, ended_at=None).order_by("id")
    return tuple(Override(*row) for row in rows.values_list("capability", "grant", "until"))


def _customer(row: models.Account, members: Iterable[MemberRow], overrides: tuple[Override, ...]) -> Customer:
    representative = None
    if row.representative_email:
        representative = Contact(row.representative_name, row.representative_email, "representative")
    account = Account(
        id=row.id,
        account_type=row.account_type,
        currency=row.currency,
        state=State(getattr(row, "standing", "active")),
        members=tuple(Member(one.id, one.name, one.email, one.role, one.state == "active") for one in members),
        overrides=overrides,
        representative=representative,
        support=Contact(row.seller.support_name, row.seller.support_email, "support"),
    )
    return Customer(
        account=account,
        name=row.name,
        time_zone=row.time_zone,
        locale=row.locale,
        sandbox=row.sandbox,
        clock_at=row.clock_at,
        tax=Tax(row.tax_rate),
        seller_id=row.seller_id,
        created_at=row.created_at,
    )


def names(account_id: UUID) -> dict[UUID, str]:
    """The name of everybody who is or was a member."""
    rows = models.Member.objects.filter(account_id=account_id)
    return dict(rows.values_list("id", "person__name"))


def sandboxes(limit: int) -> list[Customer]:
    """Sandbox accounts with their members and overrides, the oldest first."""
    rows = models.Account.objects.select_related("seller").filter(sandbox=True).order_by("id")
    found = list(rows.annotate(standing=_STANDING)[:limit])
    people: dict[UUID, list[MemberRow]] = {row.id: [] for row in found}
    held: dict[UUID, list[Override]] = {row.id: [] for row in found}
    rows_of = models.Member.objects.filter(account_id__in=people, removed_at=None).select_related("person")
    for one in rows_of.order_by("id"):
        people[one.account_id].append(MemberRow(one.id, one.person.name, one.person.email, one.role, one.state))
    for over in models.Override.objects.filter(account_id__in=held, ended_at=None).order_by("id"):
        held[over.account_id].append(Override(over.capability, over.grant, over.until))
    return [_customer(row, people[row.id], tuple(held[row.id])) for row in found]


def in_sandbox(member_id: UUID) -> UUID | None:
    """The person of an active member of a sandbox account who is in no account that is real."""
    active = models.Member.objects.filter(pk=member_id, removed_at=None, state="active", account__sandbox=True)
    person = active.values_list("person_id", flat=True).first()
    if person is None:
        return None
    real = models.Member.objects.filter(person_id=person, removed_at=None, account__sandbox=False)
    return None if real.exists() else person
