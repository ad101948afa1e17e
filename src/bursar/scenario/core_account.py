"""The account of a life that is played in memory: who it is, who is in it, and what the vendor decides about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bursar.catalog.document import read as read_catalog
from bursar.core.billing.invoice_content import write_span
from bursar.core.money.currency import digits
from bursar.core.money.tax import read_tax_rate
from bursar.core.ordering.content import write_decision, write_temporary
from bursar.core.ordering.context import BillingContext
from bursar.core.policy.capability import CAPABILITIES, OVERRIDABLE, ROLES, check_capability
from bursar.core.policy.policy import Account, Actor, Contact, Member, Override, State, decide
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.edit import write_edit
from bursar.core.subscription.seats import NoSeats
from bursar.core.subscription.shortfall import shortfalls, write_shortfall
from bursar.core.subscription.subscription import Subscription
from bursar.policy.document import read as read_policy
from bursar.scenario import people
from bursar.scenario.core_seats import Seating
from bursar.scenario.ledger import Ledger
from bursar.scenario.player import Answered, Document, answering

SUPPORT: Final = Contact("Support", "support@example.com", "support")


class CoreAccount:
    """An account in memory."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.versions = {catalog.version: catalog}
        self.opened = False

    def open(self, account_type: str, options: Mapping[str, str], policy: Document) -> None:
        """Open the account, with one member of each role."""
        rules = read_policy(policy, 1)
        members = tuple(
            Member(UUID(int=(1 << 64) + number), role.title(), f"{role}@example.com", role)
            for number, role in enumerate(ROLES)
        )
        with answering():
            rules.account_type(account_type)
            digits(options["currency"])
            tax = read_tax_rate(options.get("tax", "0"))
        try:
            self.zone = ZoneInfo(options.get("zone", "UTC"))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Answered({"code": "unknown_time_zone"}) from None
        account = Account(UUID(int=1), account_type, options["currency"], State.ACTIVE, members, support=SUPPORT)
        self.context = BillingContext(account, rules, self.catalog, tax=tax)
        self.ledger = Ledger(options["currency"], self._addressed({"sold_to": "Scenario"}))
        self.seating = Seating()
        self.ids = {member.email.partition("@")[0]: member.id for member in members}
        self.moment = self._instant(options.get("clock", "2026-01-01"))
        self.opened = True

    @property
    def today(self) -> date:
        """Return today on the account's clock."""
        return self.moment.astimezone(self.zone).date()

    def publish(self, catalog: Document | None, policy: Document | None) -> None:
        """Publish a new version of the catalog, of the policy, or of both."""
        if catalog is not None:
            self.catalog = read_catalog(catalog, self.catalog.version + 1)
            self.versions[self.catalog.version] = self.catalog
        if catalog is not None and self.opened:
            self.context = replace(self.context, catalog=self.catalog, versions=self.versions)
        if policy is not None:
            rules = read_policy(policy, self.context.policy.version + 1)
            self.context = replace(self.context, policy=rules)

    def documents(self) -> Sequence[Document]:
        """All documents as they stand now, the oldest first."""
        return [self.ledger.shown(one, self.today) for one in self.ledger.issued]

    def override(self, capability: str, grant: bool, until: str | None) -> None:
        """Grant or withhold a capability on the account."""
        check_capability(capability, OVERRIDABLE)
        made = Override(capability, grant, date.fromisoformat(until) if until else None)
        overrides = self.context.account.overrides
        if any(override.capability == capability for override in overrides):
            raise Answered({"code": "override_exists"})
        self._account(overrides=(*overrides, made))
        self._follow()

    def lift(self, capability: str) -> None:
        """End the override of a capability."""
        overrides = self.context.account.overrides
        left = tuple(override for override in overrides if override.capability != capability)
        if len(left) == len(overrides):
            raise Answered({"code": "not_found"})
        self._account(overrides=left)
        self._follow()

    def alter(self, fields: Mapping[str, str]) -> None:
        """Change what the vendor says of the account: its type, its tax rate."""
        with answering():
            if "account_type" in fields:
                self.context.policy.account_type(fields["account_type"])
                self._account(account_type=fields["account_type"])
            if "tax_rate" in fields:
                self.context = replace(self.context, tax=read_tax_rate(fields["tax_rate"]))
        self._follow()

    def add_member(self, actor: str, name: str, role: str) -> None:
        """Make somebody a member."""
        with answering():
            who, new_id = self._actor(actor), self.ledger.new_id()
            self.context = people.added(self.context, who, name, role, self.today, new_id)
            self.ids[name] = new_id

    def change_member(self, actor: str, name: str, role: str) -> None:
        """Give a member another role."""
        with answering():
            after = people.changed(self.context, self._actor(actor), name, role, self.today)
            self.seating.check_role(people.having(self.context, name), role, *self._seated())
            self.context = after
        self._follow()

    def remove_member(self, actor: str, name: str) -> None:
        """Take a member out of the account."""
        with answering():
            self.context = people.changed(self.context, self._actor(actor), name, None, self.today)
        self.seating.leave([self.ids[name]])
        self._follow()

    def pass_on(self, actor: str, name: str, reason: str) -> None:
        """Make a billing admin the owner."""
        with answering():
            self.context = people.passed_on(self.context, self._actor(actor), name, reason)
        self._follow()

    def member_id(self, name: str) -> str:
        """The id of somebody who is or was a member, as edits name them."""
        return str(self.ids[name])

    def assign(self, actor: str, product: str, name: str) -> None:
        """Give a member a product."""
        with answering():
            member = people.having(self.context, name)
            self._permitted(actor, "manage_members")
            self.seating.assign(product, member, *self._seated())

    def free(self, actor: str, product: str, name: str) -> None:
        """Take a product from a member."""
        member = people.having(self.context, name)
        self._permitted(actor, "manage_members")
        self.seating.free(product, member)

    def count(self, product: str, used: int | None) -> None:
        """Let the vendor's product say how many seats are used."""
        with answering():
            if product not in self.seating.bought(self.subscription(self.today)):
                raise NoSeats(product=product)
        self.seating.counted.pop(product, None)
        if used is not None:
            self.seating.counted[product] = used

    def seats(self) -> Sequence[Document]:
        """The seats of each product, and who has it."""
        state, members = self._seated()
        coming = shortfalls(self.context.timeline, self.seating.uses(state, members), self.today)
        short = {one.product: one for one in coming}
        shown = self.seating.shown(state, members)
        return [{**one, "short": write_shortfall(short.get(one["product"]))} for one in shown]

    def say(self, actor: str, details: Mapping[str, str]) -> None:
        """Say what future invoices say of the customer."""
        self._permitted(actor, "manage_invoices")
        self.ledger.details = self._addressed(details)

    def may(self, actor: str) -> Sequence[Document]:
        """The decision about every capability."""
        who, known_ = self._actor(actor), self.context
        return [
            write_decision(decide(known_.policy, known_.account, who, capability, self.today))
            for capability in CAPABILITIES
        ]

    def state(self) -> Document:
        """The subscription as the API shows it."""
        state = self.subscription(self.today)
        calendar = state.calendar if state.items else None
        return {
            "state": self.context.account.state.value,
            "cycle": state.cycle.code,
            "period": write_span(calendar.period(self.today)) if calendar else None,
            "term": write_span(calendar.term(self.today)) if calendar else None,
            "items": [
                {"product": item.product, "plan": item.plan, "quantity": item.quantity} | write_temporary(item)
                for item in state.items.values()
            ],
            "trial_until": state.trial_until.isoformat() if state.trial_until else None,
            "scheduled": [
                {"id": str(one.id), "edit": write_edit(one.edit), "effective_on": one.effective_on.isoformat()}
                for one in self.context.timeline.pending(self.today)
            ],
        }

    def journal(self) -> str:
        """The journal."""
        return self.ledger.journal()

    def subscription(self, on: date) -> Subscription:
        """Return the subscription on a day."""
        return self.context.timeline.on(on)

    @staticmethod
    def _addressed(details: Mapping[str, str]) -> Document:
        """Billing details as documents keep them."""
        named = {key: {"name": details[key]} if key in details else None for key in ("sold_to", "bill_to")}
        return {**named, "vat_id": details.get("vat_id", ""), "purchase_order": details.get("purchase_order", "")}

    def _actor(self, name: str) -> Actor:
        return people.found(self.context, name)

    def _permitted(self, name: str, capability: str) -> Actor:
        who = self._actor(name)
        people.permitted(self.context, who, capability, self.today)
        return who

    def _seated(self) -> tuple[Subscription, Sequence[Member]]:
        """Return the account's items today and its members, by which seats are counted."""
        return self.subscription(self.today), self.context.account.members

    def _follow(self) -> None:
        """Do what follows at once from something done to the account; without a door nothing does."""

    def _account(self, **fields: Any) -> None:
        self.context = replace(self.context, account=replace(self.context.account, **fields))

    def _instant(self, text: str) -> datetime:
        """An instant; a day stands for its start in the account's zone."""
        if "T" in text:
            return datetime.fromisoformat(text)
        return datetime.combine(date.fromisoformat(text), time(), self.zone).astimezone(UTC)
