"""Events of the account itself: opened, altered, overrides, limits, erased, and refused attempts."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from bursar.core.events.event import AccountTypeCode, Audience, Event, added_in
from bursar.core.messages.problem import phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """The account was opened."""

    kind = "account_opened"
    group = "account"
    told_to = Audience.NOBODY
    sentence = phrase("The account was opened ({account_type}).")

    account_type: AccountTypeCode
    """The code of its type."""
    currency: str
    """The code of the currency that it is billed in."""
    owner: UUID
    """The member who owns it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRateChange:
    """The tax rate of an account before and after a change."""

    before: Decimal
    """The share until then, such as 0.19."""
    after: Decimal
    """The share from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAltered(Event):
    """The vendor changed the data of the account."""

    kind = "account_altered"
    group = "account"
    told_to = Audience.NOBODY

    fields: tuple[str, ...]
    """The fields that were given, by their names in the API."""
    before: str | None = None
    """The code of the account type until now; left out where the type was not given."""
    after: str | None = None
    """The code of the account type from now on."""
    tax_rate: TaxRateChange | None = None
    """The tax rate, where it was given and is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideAdded(Event):
    """A capability was granted to the account, or withheld from it."""

    kind = "override_added"
    group = "account"
    told_to = Audience.NOBODY

    override: UUID
    """The override, which holds its reason and its last day."""
    capability: str
    """The capability's code, or show_costs."""
    grant: bool
    """True where it is granted, false where it is withheld."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideEnded(Event):
    """An override was ended."""

    kind = "override_ended"
    group = "account"
    told_to = Audience.NOBODY
    sentence = phrase("An exception for this account ended.")

    override: UUID
    """The override."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitBefore:
    """The limit before a change."""

    seats: int | None
    """So many seats more in a billing period; null where there was no such limit."""
    amount_minor: int | None
    """So much more for a billing period, in minor units; null where there was no such limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSet(Event):
    """The owner set the limit of billing admins."""

    kind = "limit_set"
    group = "account"
    told_to = Audience.NOBODY

    seats: int | None
    """So many seats more in a billing period; null where there is no such limit."""
    amount_minor: int | None
    """So much more for a billing period, in minor units; null where there is no such limit."""
    currency: str
    """The currency's code."""
    before: LimitBefore | None = field(metadata=added_in(2))
    """The limit until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountErased(Event):
    """All data that names the account and its people was erased."""

    kind = "account_erased"
    group = "account"
    told_to = Audience.NOBODY
    sentence = phrase("What was known of the account and its people was erased.")

    people: int
    """The number of people forgotten with it, who were in no other account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRefused(Event):
    """An actor tried to change something and was refused."""

    kind = "refused"
    group = "refused"
    told_to = Audience.NOBODY

    capability: str
    """The capability's code; empty where none names what was tried."""
    outcome: str
    """refused, or by_request where it could have been asked for."""
    reason: str | None
    """The code of the reason."""
    attempt: str | None = None
    """pass_on, withdraw or move_clock: what was tried, where no capability names it."""
