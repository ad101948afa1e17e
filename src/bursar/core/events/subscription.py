"""Events of the subscription: changes accepted and applied, renewals, trials, temporary seats and shortfalls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from bursar.core.events.event import Audience, Event, Part, ProductCode, StoredEdit, added_in
from bursar.core.messages.problem import phrase
from bursar.core.money.money import Money
from bursar.core.subscription.edit import Edit, StartTrial
from bursar.core.subscription.item import AgreedPrice
from bursar.core.subscription.subscription import Change, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoiced(Event):
    """An event that may have an invoice or credit note."""

    invoice: UUID | None
    """The document that was issued with it, or that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed(Invoiced):
    """An event with which a document may have been issued, and the document's total."""

    total_minor: int | None = field(metadata=added_in(2))
    """The document's total with tax, in minor units; below zero for a credit note; null without a document."""
    currency: str | None = field(metadata=added_in(2))
    """The currency's code."""

    @property
    def total(self) -> Money | None:
        """The total of the document, or None where there is none or the entry does not say it."""
        if self.total_minor is None or self.currency is None:
            return None
        return Money(self.total_minor, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The price of a seat, of a unit or of the account as a whole, for a whole billing period."""

    rate: Decimal
    """The exact price, without tax."""
    per: str
    """The measure that it is for: seat, unit or account."""
    cycle: str
    """The code of the billing cycle in which it holds."""

    @classmethod
    def of(cls, agreed_price: AgreedPrice) -> "Rate":
        """Return the price that was agreed."""
        return cls(rate=agreed_price.rate, per=agreed_price.per.value, cycle=agreed_price.cycle)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """The agreed price of a product before and after a change."""

    product: ProductCode
    """The product's code."""
    currency: str
    """The currency's code."""
    before: Rate | None
    """The price until then; null where nothing was paid for the product."""
    after: Rate
    """The price from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBefore:
    """The item that an account had of a product before a change."""

    plan: str
    """The plan's code."""
    quantity: int
    """Seats or units, or 1 where the account pays as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedChange(Part):
    """A change of an accepted quote."""

    change: UUID
    """The change."""
    edit: StoredEdit
    """The edit, without the reasons that people wrote."""
    capability: str
    """The capability that it needed; empty for what only the vendor does."""
    effective_on: date
    """The day from which it counts."""
    before: ItemBefore | None
    """The item of the edit's product just before that day; None if there was none."""
    prices: tuple[PriceChange, ...] | None = field(metadata=added_in(2))
    """Each price that is another one from that day on: agreed with the vendor where the edit has one, else the catalog's."""
    undoes: StoredEdit | None = None
    """The edit of the scheduled change that it takes back; left out of all others, and of entries from before it was."""

    @classmethod
    def of(cls, change: Change, before: Subscription, currency: str, undoes: Edit | None = None) -> "AcceptedChange":
        """Return a change as the history tells it, measured against the state just before it, or before what it undoes."""
        item = before.items.get(getattr(undoes or change.edit, "product", ""))
        return cls(
            change=change.id,
            edit=change.edit,
            capability=change.capability,
            effective_on=change.effective_on,
            before=ItemBefore(plan=item.plan, quantity=item.quantity) if item else None,
            prices=tuple(_prices(change, before, currency)),
            undoes=undoes,
        )


def _prices(change: Change, before: Subscription, currency: str) -> Iterator[PriceChange]:
    """Yield the prices that a change alters on its day; it also agrees others, for changes that may be undone later."""
    for agreed_price in _in_force(change, before):
        item = None if before.on_trial else before.items.get(agreed_price.product)
        old = before.agreed_prices.get((item.product, item.plan, before.cycle.code)) if item else None
        if old is None or (old.rate, old.per, old.cycle) != (agreed_price.rate, agreed_price.per, agreed_price.cycle):
            replaced = Rate.of(old) if old else None
            yield PriceChange(
                product=agreed_price.product, currency=currency, before=replaced, after=Rate.of(agreed_price)
            )


def _in_force(change: Change, before: Subscription) -> Iterable[AgreedPrice]:
    """Return the prices agreed with a change that are in force from its day."""
    if isinstance(change.edit, StartTrial):
        return ()
    if change.cycle is not None:
        held = {(item.product, item.plan, change.cycle.code) for item in before.items.values() if not before.on_trial}
        return (agreed_price for agreed_price in change.agreed_prices if agreed_price.key in held)
    return change.agreed_prices[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesAccepted(Billed):
    """A quote was accepted: its changes are in force or scheduled."""

    kind = "changes_taken"
    group = "subscription"
    told_to = Audience.INVOICE_VIEWERS
    optional = "changes"

    quote: UUID
    """The quote."""
    take: UUID
    """The order that the changes belong to."""
    changes: tuple[AcceptedChange, ...]
    """The changes in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FellDue(Billed):
    """A day on which something fell due by itself."""

    group = "subscription"
    told_to = Audience.INVOICE_VIEWERS_UNLESS_COLLECTED

    changes: tuple[UUID, ...]
    """The scheduled changes that took effect on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesApplied(FellDue):
    """Scheduled changes took effect on their day."""

    kind = "changes_applied"
    optional = "changes"
    sentence = phrase("Scheduled changes took effect.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed(FellDue):
    """A billing period ended and the next one began."""

    kind = "renewed"
    optional = "renewals"
    sentence = phrase("The subscription was renewed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalAhead(Event):
    """A renewal after a long term was announced."""

    kind = "renewal_ahead"
    group = "subscription"
    told_to = Audience.INVOICE_VIEWERS
    optional = "renewals"
    sentence = phrase("The subscription renews on {renewal_on}.")

    renewal_on: date
    """The day of the renewal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporarySeatsEnded(Event):
    """Temporary seats of a product ended."""

    kind = "temporary_seats_ended"
    group = "subscription"
    told_to = Audience.INVOICE_VIEWERS
    optional = "changes"

    product: ProductCode
    """The product's code."""
    seats: int
    """The number that ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnding(Event):
    """The end of a trial was announced."""

    kind = "trial_ending"
    group = "subscription"
    told_to = Audience.INVOICE_VIEWERS
    sentence = phrase("The trial ends on {trial_until}.")

    trial_until: date
    """The last day of the trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnded(Event):
    """A trial is over, and nothing was bought."""

    kind = "trial_ended"
    group = "subscription"
    told_to = Audience.INVOICE_VIEWERS
    sentence = phrase("The trial is over.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsShort(Event):
    """A scheduled reduction of seats has too few people named to give theirs up."""

    kind = "seats_short"
    group = "people"
    told_to = Audience.INVOICE_VIEWERS_AND_ACTOR

    product: ProductCode
    """The product's code."""
    change: UUID
    """The scheduled reduction."""
    from_on: Annotated[date, Field(alias="from")]
    """The day from which there are fewer seats."""
    seats: int
    """The number of seats from then on."""
    more: int
    """The number of people still to be named."""
