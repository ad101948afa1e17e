"""The billing context: everything that a quote of an account is made from."""

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
    """An account with its timeline, billed days, seats and payments, and the catalog and policy of today.

    `position` is that of the last change ever made; `used` holds the use of seats by product; `versions` are the earlier
    catalog versions from which its prices were agreed, by number.
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
        """Return the lines still due for the billing period of a day; `billed` replaces the account's coverage."""
        rule, currency = self.policy.proration, self.account.currency
        coverage = self.billed if billed is None else billed
        # A line of a retired product is named by the version that sold it, a new one by the version of today.
        catalogs = {**self.versions, self.catalog.version: self.catalog}
        return due(self.timeline, coverage, on=on, currency=currency, rule=rule, tax=self.tax, catalogs=catalogs)

    def with_(self, changes: Iterable[Change]) -> "BillingContext":
        """Return the context with these changes agreed as well."""
        return replace(self, timeline=self.timeline.with_changes(changes))
