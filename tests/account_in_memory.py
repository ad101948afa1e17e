"""An account that lives in memory: quotes are taken and billed as they are decided."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from uuid import UUID

from bursar.catalog.document import read_toml as read_catalog
from bursar.core.billing.line import Line
from bursar.core.money.tax import Tax
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.quote import Quote, quote
from bursar.core.ordering.transition import Order, accept, renew
from bursar.core.policy.policy import VENDOR, Account, Actor, Contact, Member, State
from bursar.core.subscription.edit import Edit, read_edits
from bursar.core.subscription.subscription import Change, Subscription
from bursar.core.subscription.timeline import Timeline
from bursar.policy.document import read_toml as read_policy

ROOT = Path(__file__).resolve().parents[1]
CATALOG = read_catalog((ROOT / "catalogs/demo.toml").read_text(encoding="utf-8"), "demo.toml", 1)
POLICY = read_policy((ROOT / "policies/standard.toml").read_text(encoding="utf-8"), "standard.toml", 1)
OWNER, BILLING_ADMIN, ADMIN, AGENT = (
    Member(UUID(int=number), role.title(), f"{role}@example.com", role)
    for number, role in enumerate(("owner", "billing_admin", "admin", "agent"), 1)
)
SUPPORT = Contact("Support", "support@example.com", "support")


def account(account_type: str = "self_service", currency: str = "EUR", **fields: object) -> Account:
    members = (OWNER, BILLING_ADMIN, ADMIN, AGENT)
    made = Account(UUID(int=99), account_type, currency, State.ACTIVE, members, support=SUPPORT)
    return replace(made, **fields)  # type: ignore[arg-type]  # fields of the dataclass, checked when replaced


class AccountInMemory:
    """One account; `do` takes edits on a day, `renew` bills what that day needs."""

    def __init__(self, account_type: str = "self_service", tax: str = "0", currency: str = "EUR") -> None:
        self.context = BillingContext(account(account_type, currency), POLICY, CATALOG, tax=Tax(Decimal(tax)))
        self.charges: dict[UUID, Line] = {}
        self.credits: list[Line] = []
        self.ids = count(1000)

    def ask(self, on: str, *edits: Mapping[str, object], by: Actor = VENDOR) -> Quote:
        return quote(self.context, self.read(*edits), by, date.fromisoformat(on))

    def do(self, on: str, *edits: Mapping[str, object], by: Actor = VENDOR) -> Quote:
        answer = self.ask(on, *edits, by=by)
        assert answer.refusal() is None, answer.refusal()
        self.context = accept(
            self.context, answer, Order(id=self.new_id(), quote_id=self.new_id()), new_id=self.new_id
        ).after
        self.keep(answer.lines)
        return answer

    def renew(self, on: str) -> tuple[Line, ...]:
        day = date.fromisoformat(on)
        made = renew(self.context, day, new_id=self.new_id)
        self.context, lines = made.after, tuple(line for _, line in made.invoice.lines) if made.invoice else ()
        self.keep(lines)
        return lines

    def state(self, on: str) -> Subscription:
        return self.context.timeline.on(date.fromisoformat(on))

    def from_checkpoint(self, on: str) -> None:
        """Forget what was changed before a day, as a checkpoint of that day does."""
        self.context = replace(self.context, timeline=Timeline.of(self.state(on)))

    def change(self, kind: type[Edit]) -> Change:
        return next(change for change in reversed(self.context.timeline.changes) if isinstance(change.edit, kind))

    def keep(self, lines: tuple[Line, ...]) -> None:
        self.charges |= {one.line_id: one.line for one in self.context.billed}
        self.credits += [line for line in lines if line.kind == "credit"]

    def new_id(self) -> UUID:
        return UUID(int=next(self.ids))

    @staticmethod
    def read(*edits: Mapping[str, object]) -> tuple[Edit, ...]:
        return read_edits(list(edits))


def add(product: str, plan: str, **fields: object) -> dict[str, object]:
    return {"edit": "add_product", "product": product, "plan": plan, **fields}


def seats(product: str, number: int, **fields: object) -> dict[str, object]:
    return {"edit": "set_seats", "product": product, "seats": number, **fields}


def plan(product: str, to: str, **fields: object) -> dict[str, object]:
    return {"edit": "change_plan", "product": product, "plan": to, **fields}


def remove(product: str, **fields: object) -> dict[str, object]:
    return {"edit": "remove_product", "product": product, **fields}


def cycle(to: str, **fields: object) -> dict[str, object]:
    return {"edit": "change_cycle", "cycle": to, **fields}
