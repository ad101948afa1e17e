"""Open and change accounts, their overrides, billing details and clocks."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from bursar.accounts.locked_account import locked_account, permit
from bursar.accounts.members import create_member
from bursar.accounts.models import Account, AccountState, BillingDetails, Override, Remark, Seller
from bursar.accounts.queries import Customer
from bursar.catalog.queries import currencies
from bursar.columns.address import sendable
from bursar.core.events.account import AccountAltered, AccountOpened, OverrideAdded, OverrideEnded, TaxRateChange
from bursar.core.events.payment import DetailsSet
from bursar.core.messages.problem import Conflict, Invalid, NotFound, phrase
from bursar.core.messages.text import one_line
from bursar.core.money.currency import check_sold
from bursar.core.money.tax import Tax
from bursar.core.policy.capability import OVERRIDABLE, check_capability
from bursar.core.policy.member import OWNER
from bursar.core.policy.policy import Actor, Policy, State, Vendor, decide_for_staff
from bursar.core.policy.refusal import Refused
from bursar.history.actions import actor_columns, record, store_response
from bursar.history.queries import IdempotencyKey
from bursar.policy.queries import hold_current

CLOCK_YEARS: Final = 10
"""The most years of one move of a sandbox clock: everything that falls due on the way is one transaction."""


class UnknownZone(Invalid):
    """There is no time zone {time_zone}; use a name such as Europe/Paris."""

    code = "unknown_time_zone"


class OverrideExists(Conflict):
    """There is an exception for {capability} already; end it before you make another."""

    code = "override_exists"


class NotSandbox(Conflict):
    """Only a sandbox account has a clock of its own to be moved."""

    code = "not_a_sandbox"


class ClockBackwards(Conflict):
    """The clock stands at {clock_at} and only moves forward."""

    code = "clock_backwards"


class ClockTooFar(Invalid):
    """The clock stands at {clock_at} and moves at most {years} years at a time."""

    code = "clock_too_far"


def open_account(
    policy: Policy,
    *,
    name: str,
    account_type: str,
    currency: str,
    time_zone: str,
    locale: str,
    owner_name: str,
    owner_email: str,
    representative: tuple[str, str] | None,
    sandbox: bool,
    clock: date | datetime | None,
    tax: Tax,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> UUID:
    """Open an account with its owner, in a currency of the catalog; return its id.

    Errors: Refused, UnknownAccountType, UnknownCurrency, CurrencyNotSold, UnknownZone, BadAddress.
    """
    if isinstance(actor, Vendor) and (decision := decide_for_staff(policy, actor, "open_accounts")).reason:
        raise Refused(decision)
    currency = currency.upper()
    check_sold(currency, currencies())
    if representative:
        sendable(representative[1])
    zone = read_zone(time_zone)
    clock_at = instant_of(clock or now, zone) if sandbox else None
    with transaction.atomic():
        # Held until the account is committed, so that no policy without its type is published meanwhile.
        hold_current().account_type(account_type)
        account = Account.objects.create(
            seller=Seller.objects.order_by("id").get(),
            name=one_line(name),
            account_type=account_type,
            currency=currency,
            time_zone=time_zone,
            locale=locale,
            sandbox=sandbox,
            clock_at=clock_at,
            tax_rate=tax.rate,
            representative_name=representative[0] if representative else "",
            representative_email=representative[1] if representative else "",
            created_at=now,
        )
        on = (clock_at or now).astimezone(zone).date()
        owner = create_member(account.id, owner_name, owner_email, OWNER, locale, now)
        AccountState.objects.create(account=account, state=State.ACTIVE, since_on=on)
        # An invoice needs a buyer from the first day; the name is what is known of them by then.
        BillingDetails.objects.create(account=account, sold_to={"name": name})
        event = AccountOpened(account_type=account_type, currency=currency, owner=owner.id)
        record(account_id=account.id, events=[event], actor=actor, on=on, now=now)
        store_response(idempotency_key, kind="account", id=account.id, status=201, now=now)
    return account.id


def alter_account(policy: Policy, account_id: UUID, *, fields: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Change the vendor's own facts of an account. Shape: columns by name.

    Errors: NotFound, Refused, UnknownAccountType, UnknownZone, BadAddress.
    """
    if fields.get("representative_email"):
        sendable(fields["representative_email"])
    if "time_zone" in fields:
        read_zone(fields["time_zone"])
    with locked_account(account_id, actor, now) as customer:
        permit(policy, customer, actor, "alter_accounts", now)
        if "account_type" in fields:
            hold_current().account_type(fields["account_type"])
        name = {"name": one_line(fields["name"])} if "name" in fields else {}
        Account.objects.filter(pk=account_id).update(**fields | name)
        rate, before = fields.get("tax_rate"), customer.tax.rate
        event = AccountAltered(
            fields=tuple(sorted(fields)),
            # The history keeps the values that prices and rights follow from. Names and addresses must stay erasable.
            tax_rate=None if rate in (None, before) else TaxRateChange(before=before, after=rate),
            before=customer.account.account_type if "account_type" in fields else None,
            after=fields.get("account_type"),
        )
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)


def add_override(
    policy: Policy,
    account_id: UUID,
    *,
    capability: str,
    grant: bool,
    reason: str,
    until: date | None,
    actor: Actor,
    now: datetime,
    idempotency_key: IdempotencyKey | None = None,
) -> UUID:
    """Grant or withhold a capability on an account; return the override's id.

    Errors: NotFound, Refused, UnknownCapability, OverrideExists.
    """
    check_capability(capability, OVERRIDABLE)
    with locked_account(account_id, actor, now) as customer:
        permit(policy, customer, actor, "grant_overrides", now)
        if Override.objects.filter(account_id=account_id, capability=capability, ended_at=None).exists():
            raise OverrideExists(capability=capability)
        author = actor_columns(actor)
        override = Override.objects.create(
            account_id=account_id,
            capability=capability,
            grant=grant,
            until=until,
            remark=Remark.objects.create(account_id=account_id, text=reason),
            author_kind=author["actor_kind"],
            author_id=author["actor_id"],
            created_at=now,
        )
        event = OverrideAdded(override=override.id, capability=capability, grant=grant)
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)
        store_response(idempotency_key, kind="override", id=override.id, status=201, now=now)
    return override.id


def end_override(policy: Policy, account_id: UUID, override_id: UUID, *, actor: Actor, now: datetime) -> None:
    """End an override. Errors: NotFound, Refused."""
    with locked_account(account_id, actor, now) as customer:
        permit(policy, customer, actor, "grant_overrides", now)
        in_force = Override.objects.filter(account_id=account_id, pk=override_id, ended_at=None)
        if not in_force.update(ended_at=now):
            raise NotFound(what=phrase("exception"))
        event = OverrideEnded(override=override_id)
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)


def set_details(policy: Policy, account_id: UUID, *, details: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Set the billing details for future invoices. Shape: columns by name. Errors: NotFound, Refused, BadAddress."""
    for recipient in details.get("recipients") or ():
        sendable(recipient["email"])
    with locked_account(account_id, actor, now) as customer:
        permit(policy, customer, actor, "manage_invoices", now)
        BillingDetails.objects.filter(pk=account_id).update(**details)
        event = DetailsSet(fields=tuple(sorted(details)))
        record(account_id=account_id, events=[event], actor=actor, on=customer.today(now), now=now)


def set_clock(
    customer: Customer, clock_at: datetime, *, now: datetime, idempotency_key: IdempotencyKey | None = None
) -> None:
    """Move a sandbox account's clock, under the lock. Errors: NotSandbox, ClockBackwards, ClockTooFar."""
    if customer.clock_at is None:
        raise NotSandbox()
    if clock_at < customer.clock_at:
        raise ClockBackwards(clock_at=customer.moment(now))
    # Leap years are counted whole, so that ten years are never refused for a day.
    if clock_at > customer.clock_at + timedelta(days=366 * CLOCK_YEARS):
        raise ClockTooFar(clock_at=customer.moment(now), years=CLOCK_YEARS)
    Account.objects.filter(pk=customer.id).update(clock_at=clock_at)
    store_response(idempotency_key, kind="account", id=customer.id, status=200, now=now)


def set_account_states(states: Collection[tuple[UUID, State, date]]) -> None:
    """Write the states of accounts from a day on, under their locks."""
    AccountState.objects.bulk_update(
        [AccountState(account_id=account_id, state=state, since_on=on) for account_id, state, on in states],
        ["state", "since_on"],
    )


def read_zone(name: str) -> ZoneInfo:
    """Return the time zone of a name. Errors: UnknownZone."""
    try:
        return ZoneInfo(name)
    # ValueError for a path that leaves the folder of zones, OSError for the name of a folder or one that is too long.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(time_zone=name[:60]) from None


def instant_of(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """Return an instant; for a day, its start in the time zone."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), zone).astimezone(UTC)
