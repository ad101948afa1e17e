"""What happened to an account as a person reads it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bursar.core.catalog import Catalog
from bursar.core.edit import ChangeCycle, Undo, read_edit
from bursar.core.item import Item
from bursar.core.member import ERASED
from bursar.core.money import Money
from bursar.core.policy import Policy
from bursar.core.subscription import NOTHING, Subscription
from bursar.words import decision, edits, money
from bursar.words.limit import limit_said
from bursar.words.payment import decline_reason, method_name
from bursar.words.request import overtaken

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "subscription": (
        *("changes_taken", "changes_applied", "renewed", "renewal_ahead"),
        *("temporary_seats_ended", "trial_ending", "trial_ended"),
    ),
    "requests": (
        "request_submitted",
        "request_approved",
        "request_rejected",
        "request_withdrawn",
        "request_expired",
        "request_overtaken",
        "request_reminded",
    ),
    "payment": ("method_set", "payment_received", "payment_failed", "payment_refunded", "details_set"),
    "people": (
        *("member_added", "member_invited", "member_accepted", "member_changed", "member_removed"),
        *("member_suspended", "member_resumed", "member_erased", "owner_changed"),
        *("seat_assigned", "seat_freed", "seats_counted", "seats_short", "letter_sent_again"),
    ),
    "account": ("account_opened", "account_altered", "override_added", "override_ended", "limit_set", "account_erased"),
    "refused": ("refused",),
}
"""The kinds of fact by what they are about."""


class Story:
    """Tells facts: by whom each was done, and what it was, with names for the ids that facts hold."""

    def __init__(self, names: Mapping[UUID, str], policy: Policy, catalog: Catalog) -> None:
        self.names, self.policy, self.catalog = names, policy, catalog
        self._told: Mapping[str, Callable[[dict[str, Any]], list[str]]] = {
            "changes_taken": self._changes,
            "changes_applied": lambda data: [_("Scheduled changes took effect.")],
            "renewed": lambda data: [_("The subscription was renewed.")],
            "renewal_ahead": lambda data: [
                _("The subscription renews on {day}.").format(day=money.day(date.fromisoformat(data["renewal_on"])))
            ],
            "temporary_seats_ended": self._temporary_ended,
            "trial_ending": lambda data: [
                _("The trial ends on {day}.").format(day=money.day(date.fromisoformat(data["trial_until"])))
            ],
            "trial_ended": lambda data: [_("The trial is over.")],
            "request_submitted": lambda data: [_("A change was asked for.")],
            "request_approved": lambda data: [_("The request was approved.")],
            "request_rejected": lambda data: [_("The request was rejected.")],
            "request_withdrawn": lambda data: [_("The request was withdrawn.")],
            "request_reminded": lambda data: [_("A request still waits to be reviewed.")],
            "request_expired": lambda data: [_("Nobody reviewed the request in time; it was closed.")],
            "request_overtaken": lambda data: [overtaken(data["cause"])],
            "method_set": self._method,
            "payment_received": lambda data: [_("{amount} was paid.").format(amount=_amount(data))],
            "payment_refunded": lambda data: [_("{amount} was paid back.").format(amount=_amount(data))],
            "payment_failed": self._payment_failed,
            "details_set": lambda data: [_("The invoice details were changed.")],
            "member_added": self._member_added,
            "member_invited": self._of_member(_("{name} was invited again.")),
            "member_accepted": self._of_member(_("{name} accepted the invitation.")),
            "member_changed": self._member_changed,
            "member_suspended": self._of_member(_("{name} was suspended.")),
            "member_resumed": self._of_member(_("{name} is active again.")),
            "member_removed": self._of_member(_("{name} was removed.")),
            "member_erased": lambda data: [_("What was known of a former member was erased.")],
            "account_erased": lambda data: [_("What was known of the account and its people was erased.")],
            "owner_changed": lambda data: [
                _("Ownership passed from {before} to {after}.").format(
                    before=self._name(data["before"]), after=self._name(data["after"])
                )
            ],
            "seat_assigned": lambda data: [self._seat(_("{name} was given {product}."), data)],
            "seat_freed": lambda data: [self._seat(_("{product} was taken from {name}."), data)],
            "seats_counted": self._counted,
            "seats_short": self._short,
            "letter_sent_again": self._sent_again,
            "account_opened": self._opened,
            "account_altered": self._altered,
            "override_added": self._override,
            "override_ended": lambda data: [_("An exception for this account ended.")],
            "limit_set": lambda data: [limit_said(data["seats"], data["amount_minor"], data["currency"])],
            "refused": self._refused,
        }

    def who(self, kind: str, id: UUID | None) -> str:
        """Who did something: a member or one of the vendor's staff by name, the vendor, or the system by itself."""
        if kind == "member" and id is not None:
            return self._name(str(id))
        if kind == "vendor" and id is not None and id in self.names:
            return _("{name} (vendor)").format(name=self._name(str(id)))
        return _("the vendor") if kind == "vendor" else _("automatic")

    def what(self, kind: str, data: dict[str, Any]) -> list[str]:
        """What happened, in one or several sentences."""
        return self._told[kind](data)

    def _changes(self, data: dict[str, Any]) -> list[str]:
        return [self._change(one) for one in data["changes"]]

    def _change(self, told: dict[str, Any]) -> str:
        edit = read_edit(told["edit"], "edit")
        if isinstance(edit, Undo):
            return _("A scheduled change was undone.")
        if isinstance(edit, ChangeCycle):
            said = _("Billing cycle: {cycle}").format(cycle=edits.cycle_name(self.catalog, edit.cycle))
        else:
            said = edits.said(edit, _before(told), self.catalog)
        return edits.dated(said, edit, date.fromisoformat(told["effective_on"]))

    def _temporary_ended(self, data: dict[str, Any]) -> list[str]:
        said = ngettext(
            "{product}: {count} temporary seat ended.", "{product}: {count} temporary seats ended.", data["seats"]
        )
        product = edits.product_name(self.catalog, data["product"])
        return [said.format(product=product, count=money.number(data["seats"]))]

    def _method(self, data: dict[str, Any]) -> list[str]:
        before, after = method_name(data["before"]), method_name(data["after"])
        if data.get("reason") == "sandbox_gateway":
            template = _("Payment type: {before} → {after}. The sandbox gateway pays for sandbox accounts only.")
            return [template.format(before=before, after=after)]
        if before == after:
            return [_("The payment type was replaced by another of the same kind ({method}).").format(method=after)]
        return [_("Payment type: {before} → {after}").format(before=before, after=after)]

    def _payment_failed(self, data: dict[str, Any]) -> list[str]:
        reason = decline_reason(data["reason"])
        if "amount_minor" not in data:
            # Entries of earlier versions do not say how much it was.
            return [_("A payment did not come through: {reason}.").format(reason=reason)]
        if "number" not in data:
            return [
                _("A payment of {amount} did not come through: {reason}.").format(amount=_amount(data), reason=reason)
            ]
        template = _("A payment of {amount} for invoice {number} did not come through: {reason}.")
        return [template.format(amount=_amount(data), number=data["number"], reason=reason)]

    def _member_added(self, data: dict[str, Any]) -> list[str]:
        return [_("{name} was added as {role}.").format(name=self._name(data["member"]), role=self._role(data["role"]))]

    def _of_member(self, template: str) -> Callable[[dict[str, Any]], list[str]]:
        return lambda data: [template.format(name=self._name(data["member"]))]

    def _member_changed(self, data: dict[str, Any]) -> list[str]:
        name = self._name(data["member"])
        if data["before"] == data["after"]:
            return [_("The name of {name} was changed.").format(name=name)]
        before, after = self._role(data["before"]), self._role(data["after"])
        return [_("{name}: {before} → {after}").format(name=name, before=before, after=after)]

    def _seat(self, template: str, data: dict[str, Any]) -> str:
        product = edits.product_name(self.catalog, data["product"])
        return template.format(name=self._name(data["member"]), product=product)

    def _counted(self, data: dict[str, Any]) -> list[str]:
        product = edits.product_name(self.catalog, data["product"])
        if data["after"] is None:
            return [_("The seats of {product} are given to people here again.").format(product=product)]
        template = _("The vendor's product counts {count} used seats of {product}.")
        return [template.format(count=money.number(data["after"]), product=product)]

    def _short(self, data: dict[str, Any]) -> list[str]:
        product = edits.product_name(self.catalog, data["product"])
        return [edits.short(product, data["seats"], data["more"], date.fromisoformat(data["from"]))]

    def _sent_again(self, data: dict[str, Any]) -> list[str]:
        if "member" not in data:
            return [_("A letter that had failed was sent again.")]
        return [_("A letter to {name} that had failed was sent again.").format(name=self._name(data["member"]))]

    def _opened(self, data: dict[str, Any]) -> list[str]:
        return [_("The account was opened ({account_type}).").format(account_type=self._type(data["account_type"]))]

    def _altered(self, data: dict[str, Any]) -> list[str]:
        if "after" in data:
            before, after = self._type(data["before"]), self._type(data["after"])
            return [_("Account type: {before} → {after}").format(before=before, after=after)]
        return [_("The vendor changed the account: {fields}.").format(fields=", ".join(data["fields"]))]

    def _override(self, data: dict[str, Any]) -> list[str]:
        if data["capability"] == "show_costs":
            return [_("Showing prices was changed for this account.")]
        template = _("Exception for this account: may {do}.") if data["grant"] else _("Exception: may no longer {do}.")
        return [template.format(do=decision.capability(data["capability"]))]

    def _refused(self, data: dict[str, Any]) -> list[str]:
        if data.get("attempt") == "pass_on":
            return [_("Refused: pass ownership on, which only the owner may do.")]
        if data.get("attempt") == "withdraw":
            return [_("Refused: withdraw the request of somebody else.")]
        if data.get("attempt") == "move_clock":
            return [_("Refused: move the clock of the account.")]
        if not data["capability"]:
            return [_("An attempt was refused.")]
        return [
            _("Refused: {do} ({reason}).").format(
                do=decision.capability(data["capability"]), reason=decision.reason(data["reason"])
            )
        ]

    def _name(self, id: str) -> str:
        name = self.names.get(UUID(id), ERASED)
        return _("somebody who was erased") if name == ERASED else name

    def _role(self, code: str) -> str:
        return decision.role_name(self.policy, code) if code in self.policy.roles else code

    def _type(self, code: str) -> str:
        return decision.account_type_name(self.policy, code)


def _amount(data: dict[str, Any]) -> str:
    return money.amount(Money(data["amount_minor"], data["currency"]))


def _before(told: dict[str, Any]) -> Subscription:
    """As much of the state before a change as telling it needs."""
    product, before = told["edit"].get("product", ""), told["before"]
    items = {product: Item(product, before["plan"], before["quantity"])} if before else {}
    return Subscription(standing=NOTHING.standing, items=items)
