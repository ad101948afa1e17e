"""Events of people: members, their roles and seats, and emails to them."""

from dataclasses import dataclass
from uuid import UUID

from bursar.core.events.event import Audience, Event, MemberId, ProductCode, RoleCode
from bursar.core.messages.problem import phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEvent(Event):
    """An event of a member."""

    group = "people"

    member: MemberId
    """The member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded(MemberEvent):
    """A person became a member, or was invited."""

    kind = "member_added"
    told_to = Audience.INVITED
    sentence = phrase("{member} was added as {role}.")

    role: RoleCode
    """Their role's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInvited(MemberEvent):
    """An invitation that is not accepted yet was sent again."""

    kind = "member_invited"
    told_to = Audience.INVITED
    sentence = phrase("{member} was invited again.")

    role: RoleCode
    """Their role's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAccepted(MemberEvent):
    """A member accepted the invitation."""

    kind = "member_accepted"
    told_to = Audience.NOBODY
    sentence = phrase("{member} accepted the invitation.")

    role: RoleCode
    """Their role's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged(MemberEvent):
    """The role or name of a member was changed."""

    kind = "member_changed"
    told_to = Audience.MEMBER_IN_NEW_ROLE

    before: RoleCode
    """Their role's code until now."""
    after: RoleCode
    """Their role's code from now on; the same where only the name is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSuspended(MemberEvent):
    """A member was suspended."""

    kind = "member_suspended"
    told_to = Audience.MEMBER
    sentence = phrase("{member} was suspended.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberResumed(MemberEvent):
    """A suspended member was made active again."""

    kind = "member_resumed"
    told_to = Audience.MEMBER
    sentence = phrase("{member} is active again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved(MemberEvent):
    """A member left the account."""

    kind = "member_removed"
    told_to = Audience.MEMBER
    sentence = phrase("{member} was removed.")

    before: RoleCode
    """Their role's code until now."""
    after: None
    """Always null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberErased(MemberEvent):
    """All data that names a former member was erased."""

    kind = "member_erased"
    told_to = Audience.NOBODY
    sentence = phrase("What was known of a former member was erased.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerChanged(Event):
    """The account has another owner."""

    kind = "owner_changed"
    group = "people"
    told_to = Audience.OWNERS
    sentence = phrase("Ownership passed from {before} to {after}.")

    before: MemberId
    """The member who was the owner."""
    after: MemberId
    """The member who is."""
    remark: UUID | None
    """The remark about it, kept apart so that it can be erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAssigned(MemberEvent):
    """A member was given a product."""

    kind = "seat_assigned"
    told_to = Audience.NOBODY
    sentence = phrase("{member} was given {product}.")

    product: ProductCode
    """The product's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatFreed(MemberEvent):
    """A product was taken from a member."""

    kind = "seat_freed"
    told_to = Audience.NOBODY
    sentence = phrase("{product} was taken from {member}.")

    product: ProductCode
    """The product's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsCounted(Event):
    """The vendor's product reported its used seats, or stopped reporting them."""

    kind = "seats_counted"
    group = "people"
    told_to = Audience.NOBODY

    product: ProductCode
    """The product's code."""
    before: int
    """The number that was used."""
    after: int | None
    """The number that is used; null where people are counted here again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSentAgain(Event):
    """An email that had failed is sent once more."""

    kind = "letter_sent_again"
    group = "people"
    told_to = Audience.NOBODY

    letter: UUID
    """The email."""
    member: UUID | None = None
    """The member it was written to; left out for an address that only receives invoices."""
