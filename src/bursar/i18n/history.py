"""Events of an account in sentences."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import singledispatch
from string import Formatter
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.core.events import Event, Names, name_kind, redacted
from bursar.core.events.account import AccountAltered, AttemptRefused, LimitSet, OverrideAdded
from bursar.core.events.payment import (
    MethodSet,
    PaymentFailed,
    PaymentReceived,
    PaymentRefunded,
    PaymentUndone,
    RefundFailed,
)
from bursar.core.events.people import EmailSentAgain, MemberChanged, SeatsCounted
from bursar.core.events.request import RequestOvertaken
from bursar.core.events.subscription import Billed, ChangesAccepted, SeatsShort, TemporarySeatsEnded
from bursar.core.money.money import Money
from bursar.core.policy.member import ERASED
from bursar.core.policy.policy import Policy
from bursar.core.subscription.catalog import Catalog
from bursar.i18n import decision, edits, money
from bursar.i18n.changes import accepted_change
from bursar.i18n.limit import limit_in_words
from bursar.i18n.payment import decline_reason, method_name, refund_reason
from bursar.i18n.request import overtaken_in_words


class Story:
    """The events of an account in sentences: who did each and what it was, with names in place of ids and codes."""

    def __init__(
        self, names: Mapping[UUID, str], policy: Policy, catalog: Catalog, *, prices: bool, invoices: bool
    ) -> None:
        self.names, self.policy, self.catalog = names, policy, catalog
        self.prices, self.invoices = prices, invoices

    def who(self, kind: str, id: UUID | None) -> str:
        """Name the actor: a member or a person on the vendor's staff, the vendor, or the system."""
        if kind == "member" and id is not None:
            return self.member(id)
        if kind == "vendor" and id is not None and id in self.names:
            return _("{name} (vendor)").format(name=self.member(id))
        return _("the vendor") if kind == "vendor" else _("automatic")

    def what(self, event: Event) -> list[str]:
        """Return an event in one or several sentences, with the amount invoiced for it."""
        sentences = self.sentences(event)
        # Whoever may not see prices reads of the change alone.
        if self.prices and isinstance(event, Billed) and event.total:
            template = _("Credit note: {amount}") if event.total.amount_minor < 0 else _("Invoice: {amount}")
            sentences = [*sentences, template.format(amount=money.amount(event.total))]
        return sentences

    def sentences(self, event: Event) -> list[str]:
        """Return an event in one or several sentences, as its reader may read it."""
        return _sentences(redacted(event, prices=self.prices, invoices=self.invoices), self)

    def member(self, id: UUID) -> str:
        """Return the name of a member, or of a person on the vendor's staff."""
        name = self.names.get(id, ERASED)
        return _("somebody who was erased") if name == ERASED else name

    def product(self, code: str) -> str:
        """Return the name of a product."""
        return edits.product_name(self.catalog, code)

    def role(self, code: str) -> str:
        """Return the name of a role; its code where the policy no longer has it."""
        return decision.role_name(self.policy, code) if code in self.policy.roles else code

    def account_type(self, code: str) -> str:
        """Return the name of an account type."""
        return decision.account_type_name(self.policy, code)

    def place(self, event: Event, name: str) -> str:
        """Return the text that fills a place of an event's own sentence."""
        value, kind = getattr(event, name), name_kind(type(event), name)
        if kind is not None:
            return _NAMERS[kind](self, value)
        return _FORMATTERS[type(value)](value)


_NAMERS: Final[Mapping[Names, Callable[[Story, Any], str]]] = {
    Names.MEMBER: Story.member,
    Names.PRODUCT: Story.product,
    Names.ROLE: Story.role,
    Names.ACCOUNT_TYPE: Story.account_type,
}
_FORMATTERS: Final[Mapping[type, Callable[[Any], str]]] = {Money: money.amount, date: money.day}


@singledispatch
def _sentences(event: Event, story: Story) -> list[str]:
    """Return an event in words: the sentence of its class, or the text of a function below for its class."""
    if event.sentence is None:
        raise TypeError(f"{type(event).__name__} has neither a sentence nor a function that tells it")
    template = event.sentence.template
    # Only the places that the sentence names are read: other fields need no words.
    places = {name for _text, name, _format, _conversion in Formatter().parse(template) if name}
    return [_(template).format(**{name: story.place(event, name) for name in places})]


@_sentences.register
def _changes(event: ChangesAccepted, story: Story) -> list[str]:
    return [accepted_change(change, story.catalog) for change in event.changes]


@_sentences.register
def _temporary_seats(event: TemporarySeatsEnded, story: Story) -> list[str]:
    count, product = event.seats, story.product(event.product)
    template = ngettext("{product}: {count} temporary seat ended.", "{product}: {count} temporary seats ended.", count)
    return [template.format(product=product, count=money.number(count))]


@_sentences.register
def _overtaken(event: RequestOvertaken, story: Story) -> list[str]:
    return [overtaken_in_words(event.cause)]


@_sentences.register
def _method(event: MethodSet, story: Story) -> list[str]:
    before, after = method_name(event.before), method_name(event.after)
    if event.reason == "sandbox_gateway":
        template = _("Payment type: {before} → {after}. The sandbox gateway pays for sandbox accounts only.")
        return [template.format(before=before, after=after)]
    if before == after:
        return [_("The payment type was replaced by another of the same kind ({method}).").format(method=after)]
    return [_("Payment type: {before} → {after}").format(before=before, after=after)]


@_sentences.register
def _payment_received(event: PaymentReceived, story: Story) -> list[str]:
    if event.amount is None:
        return [_("A payment was received.")]
    amount = money.amount(event.amount)
    if event.number is None:
        return [_("{amount} was paid.").format(amount=amount)]
    return [_("{amount} was paid for invoice {number}.").format(amount=amount, number=event.number)]


@_sentences.register
def _payment_failed(event: PaymentFailed, story: Story) -> list[str]:
    reason = decline_reason(event.reason)
    if event.amount is None:
        # Entries of earlier versions do not say how much it was, and not everybody may know.
        return [_("A payment did not come through: {reason}.").format(reason=reason)]
    amount = money.amount(event.amount)
    if event.number is None:
        return [_("A payment of {amount} did not come through: {reason}.").format(amount=amount, reason=reason)]
    template = _("A payment of {amount} for invoice {number} did not come through: {reason}.")
    return [template.format(amount=amount, number=event.number, reason=reason)]


@_sentences.register
def _payment_undone(event: PaymentUndone, story: Story) -> list[str]:
    if event.amount is None:
        return [_("A payment had been booked by mistake; the booking was undone.")]
    template = _("A payment of {amount} had been booked by mistake; the booking was undone.")
    return [template.format(amount=money.amount(event.amount))]


@_sentences.register
def _refunded(event: PaymentRefunded, story: Story) -> list[str]:
    reason = refund_reason(event.reason or "late")  # All that entries of earlier versions tell of came too late.
    if event.amount is None:
        return [_("Money is paid back ({reason}).").format(reason=reason)]
    return [_("{amount} is paid back ({reason}).").format(amount=money.amount(event.amount), reason=reason)]


@_sentences.register
def _refund_failed(event: RefundFailed, story: Story) -> list[str]:
    reason = decline_reason(event.reason)
    if event.amount is None:
        return [_("Money could not be paid back: {reason}. It is credit of the account.").format(reason=reason)]
    template = _("{amount} could not be paid back: {reason}. It is credit of the account.")
    return [template.format(amount=money.amount(event.amount), reason=reason)]


@_sentences.register
def _member_changed(event: MemberChanged, story: Story) -> list[str]:
    name = story.member(event.member)
    if event.before == event.after:
        return [_("The name of {name} was changed.").format(name=name)]
    before, after = story.role(event.before), story.role(event.after)
    return [_("{name}: {before} → {after}").format(name=name, before=before, after=after)]


@_sentences.register
def _counted(event: SeatsCounted, story: Story) -> list[str]:
    product = story.product(event.product)
    if event.after is None:
        return [_("The seats of {product} are given to people here again.").format(product=product)]
    template = _("The vendor's product counts {count} used seats of {product}.")
    return [template.format(count=money.number(event.after), product=product)]


@_sentences.register
def _short(event: SeatsShort, story: Story) -> list[str]:
    return [edits.shortfall_in_words(story.product(event.product), event.seats, event.more, event.from_on)]


@_sentences.register
def _sent_again(event: EmailSentAgain, story: Story) -> list[str]:
    if event.member is None:
        return [_("An email that had failed was sent again.")]
    return [_("An email to {name} that had failed was sent again.").format(name=story.member(event.member))]


@_sentences.register
def _altered(event: AccountAltered, story: Story) -> list[str]:
    sentences, other_fields = [], set(event.fields)
    if event.before is not None and event.after is not None:
        before, after = story.account_type(event.before), story.account_type(event.after)
        sentences.append(_("Account type: {before} → {after}").format(before=before, after=after))
        other_fields.discard("account_type")
    if event.tax_rate is not None:
        before, after = money.percent(event.tax_rate.before), money.percent(event.tax_rate.after)
        sentences.append(_("Tax rate: {before} → {after}").format(before=before, after=after))
        other_fields.discard("tax_rate")
    if other_fields:
        sentences.append(_("The vendor changed the account: {fields}.").format(fields=", ".join(sorted(other_fields))))
    return sentences


@_sentences.register
def _override(event: OverrideAdded, story: Story) -> list[str]:
    # No right to do something but a setting of what pages show, so "may" would not fit before it.
    if event.capability == "show_costs":
        return [_("Showing prices was changed for this account.")]
    template = _("Exception for this account: may {do}.") if event.grant else _("Exception: may no longer {do}.")
    return [template.format(do=decision.capability(event.capability))]


@_sentences.register
def _limit(event: LimitSet, story: Story) -> list[str]:
    limit, earlier = limit_in_words(event.seats, event.amount_minor, event.currency), event.before
    if earlier is None or (earlier.seats, earlier.amount_minor) == (event.seats, event.amount_minor):
        return [limit]
    before = limit_in_words(earlier.seats, earlier.amount_minor, event.currency)
    return [limit, _("Until then: {limit}").format(limit=before)]


@_sentences.register
def _refused(event: AttemptRefused, story: Story) -> list[str]:
    # What belongs to a person, not to a capability, is refused with a sentence of its own.
    if event.attempt == "pass_on":
        return [_("Refused: pass ownership on, which only the owner may do.")]
    if event.attempt == "withdraw":
        return [_("Refused: withdraw the request of somebody else.")]
    if event.attempt == "move_clock":
        return [_("Refused: move the clock of the account.")]
    if not event.capability or event.reason is None:
        return [_("An attempt was refused.")]
    do, reason = decision.capability(event.capability), decision.reason(event.reason)
    return [_("Refused: {do} ({reason}).").format(do=do, reason=reason)]
