"""Events of the subscription: changes that were taken or took effect, renewals, trials, seats that end or run short."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from bursar.core.edit import Edit
from bursar.core.events.event import Audience, Event, ProductCode, written_as
from bursar.core.problem import phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoiced(Event):
    """An event that an invoice or credit note may go with."""

    invoice: UUID | None
    """The document that was issued with it, or that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What an account had of a product before a change."""

    plan: str
    """The plan's code."""
    quantity: int
    """Seats or units, or 1 where the account pays as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenChange:
    """One change of a quote that was taken."""

    change: UUID
    """The change."""
    edit: Edit
    """What is to be different, without what people wrote about it."""
    capability: str
    """The capability that it needed; empty for what only the vendor does."""
    effective_on: date
    """The day from which it counts."""
    before: Before | None
    """What there was of the edit's product just before that day; nothing if there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesTaken(Invoiced):
    """A quote was taken: its changes are in force or scheduled."""

    kind = "changes_taken"
    group = "subscription"
    told_to = Audience.INVOICE_VIEWERS
    optional = "changes"

    quote: UUID
    """The quote."""
    take: UUID
    """The order that the changes belong to."""
    changes: tuple[TakenChange, ...]
    """The changes in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FellDue(Invoiced):
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
    """A renewal after a long term comes, of which people are told ahead."""

    kind = "renewal_ahead"
    group = "subscription"
    told_to = Audience.INVOICE_VIEWERS
    optional = "renewals"
    sentence = phrase("The subscription renews on {renewal_on}.")

    renewal_on: date
    """The day of the renewal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporarySeatsEnded(Event):
    """Temporary seats of a product are there no longer."""

    kind = "temporary_seats_ended"
    group = "subscription"
    told_to = Audience.INVOICE_VIEWERS
    optional = "changes"

    product: ProductCode
    """The product's code."""
    seats: int
    """How many ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnding(Event):
    """A trial ends soon, of which people are told ahead."""

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
    """A scheduled reduction of seats has too few people named by now."""

    kind = "seats_short"
    group = "people"
    told_to = Audience.INVOICE_VIEWERS_AND_ACTOR

    product: ProductCode
    """The product's code."""
    change: UUID
    """The scheduled reduction."""
    from_on: date = field(metadata=written_as("from"))
    """The day from which there are fewer seats."""
    seats: int
    """How many seats there are then."""
    more: int
    """How many people are still to be named."""
