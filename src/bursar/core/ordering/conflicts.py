"""Conflicts of edits: with their actor, with each other, with scheduled changes, and with required products."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from uuid import UUID

from bursar.core.messages.problem import Conflict, Invalid
from bursar.core.money.price import Per
from bursar.core.ordering.context import BillingContext
from bursar.core.policy.policy import Actor, Member, State
from bursar.core.subscription.edit import (
    MEASURED,
    NAMES,
    AddTemporarySeats,
    ChangePlan,
    Edit,
    Keep,
    RemoveProduct,
    Resume,
    SetSeats,
    SetUnits,
    StartTrial,
    Suspend,
    Undo,
    VendorOnly,
)
from bursar.core.subscription.edit import Cancel as CancelEdit
from bursar.core.subscription.edit_rules import NothingToTry, same_subject
from bursar.core.subscription.measure import measure_after
from bursar.core.subscription.subscription import Change, Subscription
from bursar.core.subscription.timeline import Phase


class Contradiction(Invalid):
    """Edits {first} and {second} of the list are about the same thing; send only one of them."""

    code = "contradiction"


class UnknownChange(Invalid):
    """There is no scheduled change {change}, or the list names it twice."""

    code = "unknown_change"


class PendingChange(Conflict):
    """This is scheduled for the same thing already: {changes}. Say for each whether to undo or to keep it."""

    code = "pending_change"


class NeedsProduct(Invalid):
    """{product} needs {needed}, which the account would not have from {on} on; add it, or remove {product} as well."""

    code = "needs_product"


class WouldBreak(Conflict):
    """This scheduled change depends on what this would take away: {change}. Undo it as well."""

    code = "would_break"


class MainProductNeeds(Invalid):
    """{product} needs {needed}, which the account would not have from {on} on; have {needed} as well, since without {product} the account has no main product."""

    code = "needs_product"


class OtherMeasure(Invalid):
    """From {on} on {product} is counted otherwise in this account, so the edit {edit} would not fit; leave it out."""

    code = "superseded"


class Superseded(Invalid):
    """From {on} on the account no longer has {product}, so the edit {edit} would come too late; leave it out."""

    code = "superseded"


def check_actor(edits: Sequence[Edit], actor: Actor) -> None:
    """Raise VendorOnly if a member sends an edit or a field that only the vendor may send."""
    if not isinstance(actor, Member):
        return
    for number, edit in enumerate(edits):
        if isinstance(edit, Suspend | Resume | StartTrial):
            raise VendorOnly(at=f"edits[{number}]", field=NAMES[type(edit)])
        for field in ("on", "price"):
            if getattr(edit, field) is not None:
                raise VendorOnly(at=f"edits[{number}]", field=field)


def check_together(edits: Sequence[Edit], scheduled: Mapping[UUID, Change]) -> None:
    """Check that no two edits are about the same thing, and that each scheduled change is named at most once.

    Errors: Contradiction, UnknownChange.
    """
    # Only changes that are still ahead can be named: one that took effect is altered by a new edit, not undone.
    named: set[UUID] = set()
    for edit in edits:
        if isinstance(edit, Undo | Keep):
            if edit.change in named or edit.change not in scheduled:
                raise UnknownChange(change=edit.change)
            named.add(edit.change)
    new_edits = [(number, edit) for number, edit in enumerate(edits, 1) if not isinstance(edit, Undo | Keep)]
    for (first, edit), (second, other) in combinations(new_edits, 2):
        # A cancellation ends everything, so any other edit beside it would be lost or would contradict it.
        if same_subject(edit, other) or isinstance(edit, CancelEdit) or isinstance(other, CancelEdit):
            raise Contradiction(first=first, second=second)


def check_pending(edits: Sequence[Edit], scheduled: Mapping[UUID, Change]) -> None:
    """Raise PendingChange if a change is scheduled for the same thing that the edits neither keep nor undo."""
    named = {edit.change for edit in edits if isinstance(edit, Undo | Keep)}
    new_edits = [edit for edit in edits if not isinstance(edit, Undo | Keep)]
    unnamed = [
        change
        for change in scheduled.values()
        if change.id not in named and any(same_subject(change.edit, edit) for edit in new_edits)
    ]
    # Neither is the safe guess: replacing could cancel what a colleague ordered, keeping could order it twice.
    if unnamed:
        raise PendingChange(changes=tuple(unnamed))


def check_phases(context: BillingContext, new: Collection[Change]) -> None:
    """Check every phase from the first new change on: changes find their items, and items have their required products.

    Errors: NeedsProduct, MainProductNeeds, Superseded, OtherMeasure and NothingToTry for a new change, WouldBreak if
    a scheduled change could no longer be applied.
    """
    new_ids = {change.id for change in new}
    # Earlier phases are as they were, and what was once agreed is not checked against the rules of today.
    first_day = min((change.effective_on for change in new), default=None)
    before = context.timeline.start
    for phase in context.timeline.phases:
        if first_day is not None and phase.on >= first_day:
            # The items first: the later checks read their agreed prices, which a missing item has not.
            _check_subjects(before, phase, new_ids)
            _check_trial(phase, new_ids)
            _check_needs(context, before, phase, new_ids)
        before = phase.state


def _check_subjects(before: Subscription, phase: Phase, new_ids: Collection[UUID]) -> None:
    """Check that each change of a day finds its item, which was there before or is added on that day."""
    # Grown change by change: seats can be set for a product that the same list adds, if the addition comes first.
    present = set(before.items)
    measures: dict[str, Per] = {}
    for change in phase.changes:
        edit = change.edit
        if isinstance(edit, SetSeats | AddTemporarySeats | SetUnits | ChangePlan | RemoveProduct):
            # Temporary seats that begin on the day on which their product ends would end before they count.
            ends_same_day = isinstance(edit, AddTemporarySeats) and edit.product not in phase.state.items
            if edit.product not in present or ends_same_day:
                # The new change is always the one to give way; a scheduled one is undone by a person, never by itself.
                if change.id not in new_ids:
                    raise WouldBreak(change=change)
                raise Superseded(on=phase.on, product=edit.product, edit=NAMES[type(edit)])
            if not _suits_measure(
                change, measures.get(edit.product) or before.agreed_price(before.items[edit.product]).per
            ):
                if change.id not in new_ids:
                    raise WouldBreak(change=change)
                raise OtherMeasure(on=phase.on, product=edit.product, edit=NAMES[type(edit)])
        elif product := getattr(edit, "product", None):
            present.add(product)
        if isinstance(edit, MEASURED) and (per := measure_after(edit, change.agreed_prices)) is not None:
            measures[edit.product] = per


def _suits_measure(change: Change, per: Per) -> bool:
    """Return true if an edit suits a product of this measure when it is applied."""
    match change.edit:
        case SetSeats() | AddTemporarySeats():
            return per is Per.SEAT
        case SetUnits():
            return per is Per.UNIT
        # Without a number of its own the plan takes over the one that there is, which must count the same thing.
        case ChangePlan(seats=None, units=None) as edit:
            return measure_after(edit, change.agreed_prices) in (None, per, Per.ACCOUNT)
    return True


def _check_trial(phase: Phase, new_ids: Collection[UUID]) -> None:
    """Raise NothingToTry if a trial begins on the day of a purchase: it would be billed, and end what was bought."""
    starts_trial = any(isinstance(change.edit, StartTrial) for change in phase.changes if change.id in new_ids)
    if starts_trial and phase.state.calendar is not None:
        raise NothingToTry()


def _check_needs(context: BillingContext, before: Subscription, phase: Phase, new_ids: Collection[UUID]) -> None:
    """Check that each item has its required products, by the current catalog or the version that sold a retired one.

    Items that the account has without a required product stay: a new catalog alters nothing that was agreed.
    """
    if phase.state.account_state is State.CANCELLED:
        return
    for code, item in phase.state.items.items():
        catalog = context.catalog
        if code not in catalog.product_by:
            catalog = context.versions.get(phase.state.agreed_price(item).catalog_version, catalog)
        for needed in catalog.product_by[code].requires if code in catalog.product_by else ():
            if needed in phase.state.items or (code in before.items and needed not in before.items):
                continue
            involved = [change for change in phase.changes if getattr(change.edit, "product", None) in (code, needed)]
            scheduled = [change for change in involved if change.id not in new_ids]
            # If a new change is involved as well, that one is at fault, and it is refused in place of the scheduled one.
            if scheduled and len(scheduled) == len(involved):
                raise WouldBreak(change=scheduled[-1])
            # Removing the last base product would end the account, so its refusal must not suggest that.
            problem = MainProductNeeds if _last_base(phase.state, code) else NeedsProduct
            raise problem(product=code, needed=needed, on=phase.on)


def _last_base(state: Subscription, product: str) -> bool:
    """Return true if the product is the only base product, whose removal would end the account."""
    bases = [item.product for item in state.items.values() if state.agreed_price(item).base]
    return bases == [product]
