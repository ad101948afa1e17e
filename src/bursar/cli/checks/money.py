"""Which gateways move money for whom, and what the sandbox gateway paid for live accounts before it could not."""

from collections.abc import Iterator
from typing import Final

from bursar.accounts.models import Account
from bursar.cli.checks.check import Check, ok, warning, wrong
from bursar.core.billing.gateway import gateways_for
from bursar.core.money.money import Money
from bursar.gateways.registry import connected
from bursar.i18n.money import amount
from bursar.payments.queries import gateways_in_use, paid_by_sandbox

MOST: Final = 100
"""How many payments are named one by one."""


def gateways() -> Iterator[Check]:
    """Return whether every gateway that accounts pay by is connected, and whether live accounts have one."""
    codes = connected()
    gone = sorted(gateways_in_use() - set(codes))
    if gone:
        found = f"accounts pay by {', '.join(gone)}, which is not connected: nothing is collected from them"
        yield wrong("gateways", found, "connect it again in GATEWAYS, or put these accounts on invoice terms")
        return
    live = Account.objects.filter(sandbox=False).count()
    if live and not gateways_for(codes, sandbox=False):
        found = f"none for live accounts ({live} there): they have invoice terms only, and pay by bank transfer"
        yield warning("gateways", found, "connect a gateway that serves live accounts, if they shall pay by card")
        return
    yield ok("gateways", f"{', '.join(codes)} connected")


def paid_without_money() -> Iterator[Check]:
    """Return the payments of live accounts that the sandbox gateway made, if there are any."""
    found = paid_by_sandbox(MOST)
    if not found:
        return
    rows = [
        f"account {one.account_id}: {amount(Money(one.amount_minor, one.currency))} for {one.documents or 'no invoice'}"
        for one in found
    ]
    many = f"{len(found)} or more" if len(found) == MOST else str(len(found))
    yield warning(
        "sandbox payments",
        f"{many} payments of live accounts were made by the sandbox gateway, which moves no money: {'; '.join(rows)}",
        "ask these customers for a bank transfer; the invoices count as paid, and the payments stay in the books",
    )
