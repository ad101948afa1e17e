"""All that a quote is made from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bursar.core.billing.coverage import Billed, due
from bursar.core.billing.line import Line
from bursar.core.billing.payment import ON_INVOICE_TERMS, PaymentMethodAndBalance
from bursar.core.billing.schedule import NOTHING_DUE, NextDue
from bursar.core.money.tax import UNTAXED, Tax
from bursar.core.policy.policy import Account, Policy
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.seats import SeatUse
from bursar.core.subscription.subscription import Change
from bursar.core.subscription.timeline import Timeline


@dataclass(frozen=True, slots=True)
class BillingContext:
    """Who the account is, what it agreed and was billed, and what is offered today.

    `position` is that of the last change ever made; `falls_due` is what the account waits for next; `used` holds the
    seats in use by product; `versions` are the earlier ones of the catalog, by number, that its prices were agreed from.
    """

    account: Account
    policy: Policy
    catalog: Catalog
    timeline: Timeline = field(default_factory=Timeline)
    position: int = 0
    falls_due: NextDue = NOTHING_DUE
    billed: tuple[Billed, ...] = ()
    tax: Tax = UNTAXED
    used: Mapping[str, SeatUse] = field(default_factory=dict)
    payment: PaymentMethodAndBalance = ON_INVOICE_TERMS
    versions: Mapping[int, Catalog] = field(default_factory=dict)

    def due(self, on: date, billed: Sequence[Billed] | None = None) -> tuple[Line, ...]:
        """Return the lines that the billing period of a day still needs, beside those that are billed."""
        rule, currency = self.policy.proration, self.account.currency
        paid = self.billed if billed is None else billed
        catalogs = {**self.versions, self.catalog.version: self.catalog}
        return due(self.timeline, paid, on=on, currency=currency, rule=rule, tax=self.tax, catalogs=catalogs)

    def with_(self, changes: Iterable[Change]) -> "BillingContext":
        """Return it with these changes agreed as well."""
        return replace(self, timeline=self.timeline.with_(changes))
