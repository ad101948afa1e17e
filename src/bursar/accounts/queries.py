"""Read accounts, their members, overrides and billing details."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from bursar.accounts import models
from bursar.columns.ids import first_of
from bursar.columns.statement import select
from bursar.core.billing.gateway import gateways_for
from bursar.core.messages.problem import NotFound, phrase
from bursar.core.money.tax import Tax
from bursar.core.policy.capability import MOST_ASKED, ROLES
from bursar.core.policy.limits import Limit
from bursar.core.policy.member import BILLING_ADMIN, OWNER, MemberState
from bursar.core.policy.policy import Account, Actor, Contact, Member, Override, State
from bursar.gateways.registry import connected_gateways
from bursar.identity.models import Staff


@dataclass(frozen=True)
class Customer:
    """An account for decisions, with its name, clock, tax and seller. A sandbox account has a clock of its own."""

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

    @property
    def owner(self) -> Member:
        """The owner of the account; there is always exactly one."""
        return next(member for member in self.account.members if member.role == OWNER)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the account's days begin."""
        return ZoneInfo(self.time_zone)

    def moment(self, now: datetime) -> datetime:
        """Return the time by the account's clock, in its time zone."""
        return (self.clock_at or now).astimezone(self.zone)

    def today(self, now: datetime) -> date:
        """Return the day by the account's clock."""
        return self.moment(now).date()

    def member(self, member_id: UUID) -> Member:
        """Return the member of an id, who is among those that were read. Errors: NotFound."""
        member = next((member for member in self.account.members if member.id == member_id), None)
        if member is None:
            raise NotFound(what=phrase("member"))
        return member

    def as_of_now(self, actor: Actor) -> Actor:
        """Return the actor, who was read with the account, with the role of now; one who has left is not active."""
        if not isinstance(actor, Member):
            return actor
        member = next((member for member in self.account.members if member.id == actor.id), None)
        return member or replace(actor, active=False)


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


MOST_VAT_ID: Final = 40
MOST_PURCHASE_ORDER: Final = 100
MOST_RECIPIENTS: Final = 50
"""The limits of billing details: the length of two texts, and the number of recipients."""


@dataclass(frozen=True, slots=True)
class Details:
    """The buyer as printed on future invoices, and the addresses that receive them."""

    sold_to: dict[str, Any]
    bill_to: dict[str, Any] | None
    vat_id: str
    purchase_order: str
    recipients: list[dict[str, str]]


def customer(account_id: UUID, *, members: Iterable[UUID] = (), email: str = "", everybody: bool = False) -> Customer:
    """Return an account with its overrides and the members whom decisions name or ask: at most MOST_ASKED of each role.

    The members of some ids and that of an email are read too, in any state; with `everybody`, all are.
    Errors: NotFound.
    """
    try:
        return read_customers([account_id], members=members, email=email, everybody=everybody)[account_id]
    except KeyError:
        raise NotFound(what=phrase("account")) from None


def read_customers(
    account_ids: Collection[UUID], *, members: Iterable[UUID] = (), email: str = "", everybody: bool = False
) -> dict[UUID, Customer]:
    """Return accounts by id, each as `customer` returns it."""
    rows = select(
        _CUSTOMERS.format(members=_EVERYBODY if everybody else _SOME_MEMBERS),
        accounts=list(account_ids),
        roles=list(ROLES),
        most=MOST_ASKED,
        members=list(members),
        email=email.lower(),
    )
    return {customer.id: customer for customer in (_customer(*row) for row in rows)}


def account_names(*, after: UUID | None, limit: int) -> list[tuple[UUID, str]]:
    """Return ids and names of accounts, the oldest first, those after a given one."""
    rows = models.Account.objects.filter(**({"id__gt": after} if after else {})).order_by("id")
    return list(rows.values_list("id", "name")[:limit])


def member_state(account_id: UUID, member_id: UUID) -> MemberState:
    """Return the state of a member. Errors: NotFound."""
    rows = models.Member.objects.filter(account_id=account_id, pk=member_id, removed_at=None)
    state = rows.values_list("state", flat=True).first()
    if state is None:
        raise NotFound(what=phrase("member"))
    return cast(MemberState, state)


def invited_at_of(account_id: UUID, member_id: UUID) -> datetime | None:
    """Return the moment of a member's invitation; None if they have accepted."""
    rows = models.Member.objects.filter(account_id=account_id, pk=member_id, removed_at=None, state="invited")
    return rows.values_list("invited_at", flat=True).first()


def invitation_before(account_id: UUID, count: int, *, since: datetime) -> datetime | None:
    """Return the moment of the `count`-th last invitation that people sent since a moment, if there were so many."""
    # Ids are made in the order of time, so the primary key finds the last ones without an index on the moment.
    sent = models.SentInvitation.objects.filter(account_id=account_id, id__gte=first_of(since)).order_by("-id")
    return next(iter(sent.values_list("sent_at", flat=True)[count - 1 : count]), None)


def former_member(account_id: UUID, member_id: UUID) -> Member:
    """Return a present or former member, for an email to them."""
    row = models.Member.objects.select_related("person").get(account_id=account_id, pk=member_id)
    return Member(row.id, row.name, row.person.email, row.role, active=False)


def memberships(person_id: UUID) -> list[tuple[UUID, UUID, str]]:
    """Return the accounts that a person may enter: account id, member id and the account's name."""
    return select(_MEMBERSHIPS, person=person_id)


def is_member(address: str) -> bool:
    """Return whether an address is that of an active member of some account."""
    return models.Member.objects.filter(person__email__iexact=address, state="active", removed_at=None).exists()


def inactive_membership(person_id: UUID, account_id: UUID | None = None) -> tuple[UUID, UUID] | None:
    """Return account and member of a person who is suspended or invited, in any account or in the one named."""
    rows = models.Member.objects.filter(person_id=person_id, removed_at=None).exclude(state="active").order_by("id")
    rows = rows if account_id is None else rows.filter(account_id=account_id)
    return rows.values_list("account_id", "id").first()


def overrides(account_id: UUID) -> list[OverrideRow]:
    """Return the overrides that were not ended, the oldest first; one whose last day has passed is among them."""
    rows = models.Override.objects.filter(account_id=account_id, ended_at=None).order_by("id")
    fields = ("id", "capability", "grant", "remark__text", "until", "author_kind", "author_id", "created_at")
    return [OverrideRow(*row) for row in rows.values_list(*fields)]


def details(account_id: UUID) -> Details:
    """Return the billing details of an account."""
    row = models.BillingDetails.objects.get(pk=account_id)
    return Details(row.sold_to, row.bill_to, row.vat_id, row.purchase_order, row.recipients)


def names_by_id(account_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of those of some ids that are present or former members of the account, or of the staff."""
    rows = models.Member.objects.filter(account_id=account_id, id__in=ids).values_list("id", "name")
    # Former members and staff too: the history still speaks of them. The id of staff in the history is the person's.
    return dict(rows.union(Staff.objects.filter(person_id__in=ids).values_list("person_id", "person__name")))


def languages_by_member(account_id: UUID, member_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the languages of present and former members."""
    rows = models.Member.objects.filter(account_id=account_id, id__in=member_ids)
    return dict(rows.values_list("id", "person__locale"))


def _customer(
    name: str,
    time_zone: str,
    locale: str,
    sandbox: bool,
    clock_at: datetime | None,
    tax_rate: Decimal,
    seller_id: UUID,
    created_at: datetime,
    account_id: UUID,
    account_type: str,
    currency: str,
    state: str,
    representative: tuple[str, str],
    support: tuple[str, str],
    members: list[tuple[str, str, str, str, bool]],
    overrides: list[tuple[str, bool, str | None]],
    limited: bool,
    seats: int | None,
    amount_minor: int | None,
) -> Customer:
    account = Account(
        id=account_id,
        account_type=account_type,
        currency=currency,
        state=State(state),
        members=tuple(
            Member(UUID(member_id), name, email, role, active) for member_id, name, email, role, active in members
        ),
        overrides=tuple(
            Override(capability, grant, date.fromisoformat(until) if until else None)
            for capability, grant, until in overrides
        ),
        # Without an address nobody can be asked, so such a representative is none.
        representative=Contact(*representative, "representative") if representative[1] else None,
        support=Contact(*support, "support"),
        limits={BILLING_ADMIN: Limit(seats, {} if amount_minor is None else {currency: amount_minor})}
        if limited
        else {},
        gateway=bool(gateways_for(connected_gateways(), sandbox=sandbox)),
    )
    return Customer(account, name, time_zone, locale, sandbox, clock_at, Tax(tax_rate), seller_id, created_at)


_MEMBERSHIPS: Final = """
SELECT m.account_id, m.id, a.name FROM accounts_member m JOIN accounts_account a ON a.id = m.account_id
WHERE m.person_id = %(person)s AND m.removed_at IS NULL AND m.state = 'active' ORDER BY m.id
"""
_EVERYBODY: Final = """
    SELECT m.id FROM accounts_member m WHERE m.account_id = a.id AND m.removed_at IS NULL
"""
# Each part is read by an index, so that an account of thousands of members costs what a small one does.
_SOME_MEMBERS: Final = """
    SELECT asked.id FROM unnest(%(roles)s::text[]) AS r (role) CROSS JOIN LATERAL (
        SELECT m.id FROM accounts_member m
        WHERE m.account_id = a.id AND m.role = r.role AND m.state = 'active' AND m.removed_at IS NULL
        ORDER BY m.id LIMIT %(most)s
    ) AS asked
    UNION SELECT unnest(%(members)s::uuid[])
    UNION SELECT m.id FROM accounts_person p JOIN accounts_member m ON m.person_id = p.id AND m.account_id = a.id
        WHERE p.email = %(email)s::text
"""
_CUSTOMERS: Final = """
SELECT a.name, a.time_zone, a.locale, a.sandbox, a.clock_at, a.tax_rate, a.seller_id, a.created_at,
    a.id, a.account_type, a.currency, coalesce(s.state, 'active'),
    ARRAY[a.representative_name, a.representative_email], ARRAY[l.support_name, l.support_email],
    coalesce((
        SELECT json_agg(
            json_build_array(m.id, m.name, p.email, m.role, m.state = 'active') ORDER BY m.role <> 'owner', m.id
        )
        FROM ({members}) AS chosen (id)
        JOIN accounts_member m ON m.id = chosen.id AND m.account_id = a.id AND m.removed_at IS NULL
        JOIN accounts_person p ON p.id = m.person_id
    ), '[]'),
    coalesce((
        SELECT json_agg(json_build_array(o.capability, o."grant", o.until) ORDER BY o.id)
        FROM accounts_override o WHERE o.account_id = a.id AND o.ended_at IS NULL
    ), '[]'),
    g.account_id IS NOT NULL, g.seats, g.amount_minor
FROM accounts_account a
JOIN accounts_seller l ON l.id = a.seller_id
LEFT JOIN accounts_accountstate s ON s.account_id = a.id
LEFT JOIN accounts_purchaselimit g ON g.account_id = a.id
WHERE a.id = ANY(%(accounts)s)
"""
