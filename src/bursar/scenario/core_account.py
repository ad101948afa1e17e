"""The account of a life that is played in memory: its people and seats, and the vendor's decisions about it."""

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
from bursar.scenario.player import Document, NotDone, problems_as_not_done

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
        # Ids below 2^64 would meet those that the core gives to changes of a quote before it is accepted.
        members = tuple(
            Member(UUID(int=(1 << 64) + number), role.title(), f"{role}@example.com", role)
            for number, role in enumerate(ROLES)
        )
        with problems_as_not_done():
            rules.account_type(account_type)
            digits(options["currency"])
            tax = read_tax_rate(options.get("tax", "0"))
        try:
            self.zone = ZoneInfo(options.get("zone", "UTC"))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise NotDone({"code": "unknown_time_zone"}) from None
        account = Account(UUID(int=1), account_type, options["currency"], State.ACTIVE, members, support=SUPPORT)
        self.context = BillingContext(account, rules, self.catalog, tax=tax)
        self.ledger = Ledger(options["currency"], self._write_details({"sold_to": "Scenario"}))
        self.seating = Seating()
        self.ids = {member.email.partition("@")[0]: member.id for member in members}
        self.moment = self._read_moment(options.get("clock", "2026-01-01"))
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
        """Return all documents as they are now, the oldest first."""
        return [self.ledger.write(document, self.today) for document in self.ledger.issued]

    def add_override(self, capability: str, grant: bool, until: str | None) -> None:
        """Grant or withhold a capability on the account."""
        check_capability(capability, OVERRIDABLE)
        new_override = Override(capability, grant, date.fromisoformat(until) if until else None)
        overrides = self.context.account.overrides
        if any(override.capability == capability for override in overrides):
            raise NotDone({"code": "override_exists"})
        self._change_account(overrides=(*overrides, new_override))
        self._overtake_request()

    def end_override(self, capability: str) -> None:
        """End the override of a capability."""
        overrides = self.context.account.overrides
        remaining = tuple(override for override in overrides if override.capability != capability)
        if len(remaining) == len(overrides):
            raise NotDone({"code": "not_found"})
        self._change_account(overrides=remaining)
        self._overtake_request()

    def alter_account(self, fields: Mapping[str, str]) -> None:
        """Change fields of the account that belong to the vendor: its type, its tax rate."""
        with problems_as_not_done():
            if "account_type" in fields:
                self.context.policy.account_type(fields["account_type"])
                self._change_account(account_type=fields["account_type"])
            if "tax_rate" in fields:
                self.context = replace(self.context, tax=read_tax_rate(fields["tax_rate"]))
        self._overtake_request()

    def add_member(self, actor: str, name: str, role: str) -> None:
        """Add a member."""
        with problems_as_not_done():
            acting, new_id = self._actor(actor), self.ledger.new_id()
            self.context = people.with_member(self.context, acting, name, role, self.today, new_id)
            self.ids[name] = new_id

    def change_member(self, actor: str, name: str, role: str) -> None:
        """Give a member another role."""
        with problems_as_not_done():
            after = people.with_role(self.context, self._actor(actor), name, role, self.today)
            # Checked before the context changes: a light agent who becomes an agent needs a free seat.
            self.seating.check_role(people.find_member(self.context, name), role, *self._state_and_members())
            self.context = after
        self._overtake_request()

    def remove_member(self, actor: str, name: str) -> None:
        """Remove a member from the account."""
        with problems_as_not_done():
            self.context = people.with_role(self.context, self._actor(actor), name, None, self.today)
        self.seating.leave([self.ids[name]])
        self._overtake_request()

    def transfer_ownership(self, actor: str, name: str, reason: str) -> None:
        """Make a billing admin the owner."""
        with problems_as_not_done():
            self.context = people.with_owner(self.context, self._actor(actor), name, reason)
        self._overtake_request()

    def member_id(self, name: str) -> str:
        """Return the id of a present or former member, by which edits name them."""
        return str(self.ids[name])

    def assign_seat(self, actor: str, product: str, name: str) -> None:
        """Assign a product to a member."""
        with problems_as_not_done():
            member = people.find_member(self.context, name)
            self._check_permitted(actor, "manage_members")
            self.seating.assign(product, member, *self._state_and_members())

    def free_seat(self, actor: str, product: str, name: str) -> None:
        """Take a product from a member."""
        member = people.find_member(self.context, name)
        self._check_permitted(actor, "manage_members")
        self.seating.free(product, member)

    def count_seats(self, product: str, used: int | None) -> None:
        """Report the number of used seats from the vendor's product; None ends this."""
        with problems_as_not_done():
            if product not in self.seating.bought(self.subscription(self.today)):
                raise NoSeats(product=product)
        self.seating.counted.pop(product, None)
        if used is not None:
            self.seating.counted[product] = used

    def seats(self) -> Sequence[Document]:
        """Return the seats of each product, with their holders."""
        state, members = self._state_and_members()
        coming = shortfalls(self.context.timeline, self.seating.uses(state, members), self.today)
        shortfall_by_product = {shortfall.product: shortfall for shortfall in coming}
        documents = self.seating.documents(state, members)
        return [{**seats, "short": write_shortfall(shortfall_by_product.get(seats["product"]))} for seats in documents]

    def set_billing_details(self, actor: str, details: Mapping[str, str]) -> None:
        """Set the billing details of future invoices."""
        self._check_permitted(actor, "manage_invoices")
        self.ledger.details = self._write_details(details)

    def decisions(self, actor: str) -> Sequence[Document]:
        """Return the decision about every capability."""
        acting, context = self._actor(actor), self.context
        return [
            write_decision(decide(context.policy, context.account, acting, capability, self.today))
            for capability in CAPABILITIES
        ]

    def state(self) -> Document:
        """Return the subscription as the API shows it."""
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
                {"id": str(change.id), "edit": write_edit(change.edit), "effective_on": change.effective_on.isoformat()}
                for change in self.context.timeline.pending(self.today)
            ],
        }

    def journal(self) -> str:
        """Return the journal."""
        return self.ledger.journal()

    def subscription(self, on: date) -> Subscription:
        """Return the subscription on a day."""
        return self.context.timeline.on(on)

    @staticmethod
    def _write_details(details: Mapping[str, str]) -> Document:
        """Return billing details as documents keep them."""
        named = {key: {"name": details[key]} if key in details else None for key in ("sold_to", "bill_to")}
        return {**named, "vat_id": details.get("vat_id", ""), "purchase_order": details.get("purchase_order", "")}

    def _actor(self, name: str) -> Actor:
        return people.find_actor(self.context, name)

    def _check_permitted(self, name: str, capability: str) -> Actor:
        acting = self._actor(name)
        people.check_permitted(self.context, acting, capability, self.today)
        return acting

    def _state_and_members(self) -> tuple[Subscription, Sequence[Member]]:
        """Return the account's items today and its members, by which seats are counted."""
        return self.subscription(self.today), self.context.account.members

    def _overtake_request(self) -> None:
        """Close an open request that nobody could approve any more; this class has no requests."""

    def _change_account(self, **fields: Any) -> None:
        self.context = replace(self.context, account=replace(self.context.account, **fields))

    def _read_moment(self, text: str) -> datetime:
        """Return an instant; a day stands for its start in the account's time zone."""
        if "T" in text:
            return datetime.fromisoformat(text)
        return datetime.combine(date.fromisoformat(text), time(), self.zone).astimezone(UTC)
