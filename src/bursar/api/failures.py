"""Problems that each operation may answer with, by the name of the operation.

Written by hand, because no function can tell which problems it may raise. Tests call each operation wrongly in many
ways and refuse an answer that is not listed here.
"""

from collections.abc import Mapping
from typing import Final

from bursar.accounts.actions import ClockBackwards, ClockTooFar, NotSandbox, OverrideExists, UnknownZone
from bursar.accounts.limits import OtherCurrency
from bursar.accounts.sessions import LivePerson, NoActiveMember
from bursar.api.actor import BadActor
from bursar.api.call import (
    BadIdempotencyKey,
    KeyForMembers,
    KeyOfOneAccount,
    KeyReadsOnly,
    NoKey,
    TooLarge,
    UnknownActor,
    VendorCallsOnly,
)
from bursar.api.problems import BadBody, Failed, TooSlow, Unreadable
from bursar.api.routes.accounts import BadMoment
from bursar.api.routes.subscriptions import QuoteOrEdits
from bursar.catalog.queries import NoCatalog
from bursar.checkout import AlreadyTaken, Declined, NeededTooEarly, QuoteExpired, Stale
from bursar.core.billing.booking import (
    AmountNotPositive,
    BadReference,
    EntryBooked,
    MoreThanEntry,
    PaymentCurrency,
    ReceivedInFuture,
)
from bursar.core.billing.gateway import NoGateway
from bursar.core.billing.payment import (
    NothingToPay,
    NoToken,
    NotWaiting,
    PaymentOpen,
    StaysAutomatic,
    TokenNeeded,
    UnknownMethod,
)
from bursar.core.billing.refund import (
    AlreadyRefunded,
    CameThroughGateway,
    MoneyInUse,
    PaymentUndone,
    RefundTooHigh,
    UnknownRefundReason,
)
from bursar.core.messages.document import BadDocument
from bursar.core.messages.problem import NotFound, Problem
from bursar.core.money.currency import CurrencyNotSold, UnknownCurrency
from bursar.core.money.money import BadRate
from bursar.core.money.price import TooDear
from bursar.core.money.tax import BadTaxRate
from bursar.core.ordering import conflicts
from bursar.core.ordering.ceilings import ConfirmationNeeded
from bursar.core.ordering.quote import Outdated
from bursar.core.ordering.request import NoNeedToAsk, NothingToAsk, OnlyRequester, RequestClosed, RequestOpen
from bursar.core.policy.capability import UnknownCapability
from bursar.core.policy.member import (
    AlreadyMember,
    InvitedMember,
    NotAccepted,
    NotInvited,
    NotVerified,
    NotYourself,
    OneOwner,
    OnlyFromAdmins,
    OnlyOwner,
    OnlyToBillingAdmins,
    OwnerStays,
    SuspendedMember,
    TooManyInvitations,
    TransferReasonNeeded,
)
from bursar.core.policy.publishing import StaffLockedOut, TypesInUse
from bursar.core.policy.refusal import Refused
from bursar.core.policy.role import UnknownAccountType, UnknownRole
from bursar.core.policy.sandbox_clock import NotTheirClock
from bursar.core.subscription import catalog, edit, edit_rules, measure
from bursar.core.subscription import edit_field as field
from bursar.core.subscription.seats import HasSeat, NoSeats, OutOfLightAgents, OutOfSeats, SeatsCounted, SeatsInUse
from bursar.history.queries import OtherBody
from bursar.policy.queries import NoPolicy

Kinds = tuple[type[Problem], ...]

_BODY: Final[Kinds] = (BadBody, TooSlow, TooLarge)
_IDEMPOTENT: Final[Kinds] = (BadIdempotencyKey, OtherBody)
# Of operations that members may call too, through Bursar-Actor.
_MEMBERS_TOO: Final[Kinds] = (NotFound, NoPolicy, UnknownActor, SuspendedMember, InvitedMember)
_VENDOR: Final[Kinds] = (VendorCallsOnly,)
_ACCOUNT_OF_VENDOR: Final[Kinds] = (*_VENDOR, NotFound, NoPolicy)
_READ: Final[Kinds] = (*_MEMBERS_TOO, Refused)
_EDITS: Final[Kinds] = (
    *(field.BadEdit, edit.UnknownEdit, edit.UnknownField, edit.VendorOnly, BadRate),
    *(catalog.UnknownProduct, catalog.UnknownPlan, catalog.UnknownCycle, catalog.NoPrice, NoCatalog),
    *(edit_rules.NotSubscribed, edit_rules.AlreadySubscribed, edit_rules.TooFarBack, edit_rules.OutsideTerm),
    *(edit_rules.TrialOver, edit_rules.NothingToTry, edit_rules.OnTrial),
    *(measure.SeatsNeeded, measure.UnitsNeeded, measure.NoQuantity, measure.SameMeasure),
    *(measure.CountedInSeats, measure.CountedInUnits, measure.CountedAsAWhole),
    *(
        conflicts.Contradiction,
        conflicts.UnknownChange,
        conflicts.PendingChange,
        conflicts.NeedsProduct,
        conflicts.WouldBreak,
        conflicts.Superseded,
    ),
    *(conflicts.MainProductNeeds, conflicts.OtherMeasure, TooDear, SeatsInUse, Outdated),
)
_ORDER: Final[Kinds] = (Refused, ConfirmationNeeded, PaymentOpen, NoGateway, Declined)
_METHOD: Final[Kinds] = (UnknownMethod, TokenNeeded, NoToken, NoGateway)
_MEMBER: Final[Kinds] = (*_READ, OneOwner)
_ROLE: Final[Kinds] = (UnknownRole, OnlyFromAdmins)
_ACCOUNT_FIELDS: Final[Kinds] = (UnknownAccountType, UnknownZone, BadRate, BadTaxRate)

# Raised before any route is reached, or by a fault of ours.
ALWAYS: Final[Kinds] = (Unreadable, BadActor, NoKey, KeyForMembers, KeyReadsOnly, KeyOfOneAccount, Failed)
FAILURES: Final[Mapping[str, Kinds]] = {
    "open_account": (
        *_VENDOR,
        NoPolicy,
        *_BODY,
        *_IDEMPOTENT,
        *_ACCOUNT_FIELDS,
        UnknownCurrency,
        CurrencyNotSold,
        BadMoment,
    ),
    "list_accounts": (*_VENDOR, BadBody),
    "get_account": _MEMBERS_TOO,
    "alter_account": (*_ACCOUNT_OF_VENDOR, *_BODY, *_ACCOUNT_FIELDS),
    "capabilities": _MEMBERS_TOO,
    "list_members": (*_MEMBERS_TOO, BadBody),
    "add_member": (*_MEMBER, *_ROLE, AlreadyMember, TooManyInvitations, *_BODY, *_IDEMPOTENT),
    "get_member": _MEMBERS_TOO,
    "change_member": (*_MEMBER, *_ROLE, *_BODY, OutOfSeats, OutOfLightAgents, OwnerStays, NotYourself, NotAccepted),
    "invite_again": (*_READ, NotInvited, TooManyInvitations, *_IDEMPOTENT),
    "remove_member": _MEMBER,
    "pass_on": (*_MEMBERS_TOO, *_BODY, *_IDEMPOTENT, OnlyOwner, OnlyToBillingAdmins, NotVerified, TransferReasonNeeded),
    "open_session": (*_ACCOUNT_OF_VENDOR, *_BODY, *_IDEMPOTENT, NoActiveMember, LivePerson),
    "get_limit": _READ,
    "put_limit": (*_READ, *_BODY, OtherCurrency),
    "list_overrides": _ACCOUNT_OF_VENDOR,
    "add_override": (*_ACCOUNT_OF_VENDOR, *_BODY, *_IDEMPOTENT, UnknownCapability, OverrideExists),
    "end_override_of": (*_VENDOR, NotFound, BadBody),
    "end_override": (*_VENDOR, NotFound),
    "account_history": (*_READ, BadBody),
    "move_clock": (
        *_MEMBERS_TOO,
        *_BODY,
        *_IDEMPOTENT,
        BadMoment,
        NotTheirClock,
        NotSandbox,
        ClockBackwards,
        ClockTooFar,
    ),
    "get_subscription": _READ,
    "quote": (*_MEMBERS_TOO, *_BODY, *_IDEMPOTENT, *_EDITS, Stale),
    "take": (
        *(*_MEMBERS_TOO, *_BODY, *_IDEMPOTENT, *_EDITS, *_ORDER),
        *(QuoteOrEdits, Stale, QuoteExpired, AlreadyTaken, RequestClosed),
    ),
    "undo": (
        *_MEMBERS_TOO,
        *_ORDER,
        NoCatalog,
        conflicts.WouldBreak,
        conflicts.NeedsProduct,
        conflicts.Superseded,
        conflicts.OtherMeasure,
        TooDear,
    ),
    "list_seats": (*_READ, BadBody),
    "count_seats": (*_ACCOUNT_OF_VENDOR, *_BODY, NoSeats),
    "assign_seat": (*_READ, NoSeats, SeatsCounted, HasSeat, OutOfSeats, OutOfLightAgents),
    "free_seat": _READ,
    "entitlements": _MEMBERS_TOO,
    "list_requests": (*_READ, BadBody),
    "get_request": _READ,
    "submit": (
        *(*_MEMBERS_TOO, *_BODY, *_IDEMPOTENT, *_EDITS, Refused, Stale),
        *(QuoteOrEdits, QuoteExpired, AlreadyTaken, RequestOpen, NothingToAsk, NoNeedToAsk, NeededTooEarly),
    ),
    "approve": (
        *_READ,
        *_BODY,
        *_IDEMPOTENT,
        *_EDITS,
        ConfirmationNeeded,
        PaymentOpen,
        NoGateway,
        Declined,
        RequestClosed,
    ),
    "reject": (*_READ, *_BODY, *_IDEMPOTENT, PaymentOpen, RequestClosed),
    "withdraw": (*_READ, *_IDEMPOTENT, PaymentOpen, RequestClosed, OnlyRequester),
    "list_invoices": (*_READ, BadBody),
    "get_invoice": _READ,
    "pay": (*_READ, *_BODY, *_IDEMPOTENT, *_METHOD, PaymentOpen, NothingToPay, Declined),
    "invoice_journal": _READ,
    "account_journal": _READ,
    "list_payments": (*_READ, BadBody),
    "get_payment": _READ,
    "record_payment": (
        *(*_ACCOUNT_OF_VENDOR, *_BODY, *_IDEMPOTENT, Refused, NothingToPay),
        *(AmountNotPositive, PaymentCurrency, ReceivedInFuture, BadReference, EntryBooked, MoreThanEntry),
    ),
    "undo_payment": (*_ACCOUNT_OF_VENDOR, *_IDEMPOTENT, Refused, PaymentUndone, CameThroughGateway, AlreadyRefunded),
    "refund_payment": (
        *(*_ACCOUNT_OF_VENDOR, *_BODY, *_IDEMPOTENT, Refused, PaymentOpen, UnknownRefundReason),
        *(AmountNotPositive, PaymentCurrency, BadReference, PaymentUndone, RefundTooHigh, MoneyInUse),
    ),
    "set_payment_method": (*_READ, *_BODY, *_METHOD, StaysAutomatic),
    "get_payment_method": _READ,
    "get_billing_details": _READ,
    "set_billing_details": (*_READ, *_BODY),
    "get_attempt": _READ,
    "give_up_payment": (*_READ, *_IDEMPOTENT, NotWaiting),
    "finish": (*_ACCOUNT_OF_VENDOR, *_BODY, *_IDEMPOTENT, NotWaiting, Declined),
    "get_catalog": (NoCatalog,),
    "put_catalog": (*_VENDOR, *_BODY, BadDocument),
    "get_policy": (NoPolicy,),
    "put_policy": (*_VENDOR, *_BODY, BadDocument, TypesInUse, StaffLockedOut),
}
