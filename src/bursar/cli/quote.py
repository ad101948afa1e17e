"""`bursar quote`: price a list of edits, from files alone."""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import click

from bursar.catalog.document import read_toml as read_catalog
from bursar.cli.files import as_json, read_text, show
from bursar.core.billing.line import Line
from bursar.core.messages.document import excerpt, parse_json
from bursar.core.money.currency import digits
from bursar.core.money.money import Money, amount_text, rate_text
from bursar.core.money.tax import read_tax_rate
from bursar.core.ordering.content import write_quote
from bursar.core.ordering.context import BillingContext
from bursar.core.ordering.quote import Quote
from bursar.core.ordering.quote import quote as decide
from bursar.core.ordering.transition import Order, accept, catch_up
from bursar.core.policy.capability import ROLES
from bursar.core.policy.policy import VENDOR, Account, Actor, Contact, Member, Outcome, State
from bursar.core.subscription.edit import NAMES, Edit, read_edits
from bursar.core.subscription.edit_field import FIRST_YEAR, LAST_YEAR
from bursar.policy.document import read_toml as read_policy

_NOBODY = UUID(int=0)


class Day(click.ParamType[date]):
    """A day of the years that Bursar knows."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day that was typed; fail with what was expected."""
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = date.min
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            expected = f"expected a day such as 2026-01-31, of the years {FIRST_YEAR} to {LAST_YEAR}"
            self.fail(f"{expected}, found {excerpt(value)}", param, ctx)
        return day


_DAY = Day()


@click.command()
@click.argument("edits")
@click.option("--on", "on", type=_DAY, required=True, metavar="DAY", help="The day on which it is asked.")
@click.option("--has", metavar="EDITS", help="What the account bought before, as edits of the vendor.")
@click.option("--since", type=_DAY, metavar="DAY", help="The day on which it bought that; by default the day asked.")
@click.option(
    "--as", "role", type=click.Choice([*ROLES, "vendor"]), default="vendor", show_default=True, help="Who asks."
)
@click.option("--account-type", default="self_service", show_default=True)
@click.option("--currency", default="EUR", show_default=True)
@click.option("--tax-rate", default="0", show_default=True, help='A ratio, such as "0.20".')
@click.option("--catalog", default="catalogs/demo.toml", show_default=True, metavar="FILE")
@click.option("--policy", default="policies/standard.toml", show_default=True, metavar="FILE")
@as_json
def quote(
    edits: str,
    on: date,
    has: str | None,
    since: date | None,
    role: str,
    account_type: str,
    currency: str,
    tax_rate: str,
    catalog: str,
    policy: str,
    as_json: bool,
) -> None:
    """Decide and price EDITS, a JSON list or a file that holds one, without a database.

    \b
    Example:
      bursar quote --since 2022-10-27 --on 2023-07-14 \\
        --has '[{"edit": "add_product", "product": "support", "plan": "team", "seats": 10, "price": "12.00"},
                {"edit": "change_cycle", "cycle": "annual"}]' \\
        '[{"edit": "set_seats", "product": "support", "seats": 11}]'
    """
    # Raises UnknownCurrency; otherwise the catalog would be blamed for having no price in it.
    digits(currency)
    rules = read_policy(read_text(policy), policy, 1)
    rules.account_type(account_type)
    actor: Actor = VENDOR if role == "vendor" else Member(_NOBODY, role, "", role)
    members = (actor,) if isinstance(actor, Member) else ()
    support = Contact("customer support", "", "support")
    account = Account(_NOBODY, account_type, currency, State.ACTIVE, members, support=support)
    context = BillingContext(account, rules, read_catalog(read_text(catalog), catalog, 1), tax=read_tax_rate(tax_rate))
    if has:
        bought = decide(context, _edits(has, "--has"), VENDOR, since or on)
        # Ids only have to differ and to grow, and the same command is to print the same quote each time.
        new_id = (UUID(int=number) for number in count(1 << 64)).__next__
        context = accept(context, bought, Order(id=new_id(), quote_id=new_id()), new_id=new_id).after
        for transition in catch_up(context, on, new_id=new_id):
            context = transition.after
    result = decide(context, _edits(edits, "EDITS"), actor, on)
    show(write_quote(result), as_json, "\n".join(_quote_text(result)))
    if result.outcome is Outcome.REFUSED:
        raise SystemExit(1)


def _edits(text: str, name: str) -> tuple[Edit, ...]:
    """Read edits from JSON, or from the file that is named."""
    if text.lstrip().startswith(("[", "{")):
        return read_edits(parse_json(text, name))
    return read_edits(parse_json(read_text(text), text))


def _quote_text(result: Quote) -> list[str]:
    """Return the lines of a quote for a person at a terminal."""
    lines = [f"{result.outcome.value} on {result.on}"]
    for edit in result.edits:
        decision = edit.decision
        why = f" ({decision.reason.value})" if decision.reason else ""
        when = f" from {edit.effective_on}" if edit.effective_on else ""
        until = f", overruled from {edit.overruled_on}" if edit.overruled_on else ""
        lines.append(f"  {NAMES[type(edit.edit)]}: {decision.outcome.value}{why}{when}{until}")
        lines += [f"    ask {contact.name} {contact.email}".rstrip() for contact in decision.ask]
    if result.outcome is Outcome.REFUSED:
        return lines
    lines.append("due today")
    lines += [_line(line, result.currency) for line in result.lines]
    lines.append(_sum("net, tax, total", result.due_today, result.currency))
    lines.append(f"next renewal on {result.renewal_on}" if result.renewal_on else "no next renewal")
    lines += [_line(line, result.currency) for line in result.renewal_lines]
    lines.append(_sum("net, tax, total", result.next_renewal, result.currency))
    return [*lines, *(f"warning: {warning}" for warning in result.warnings)]


def _line(line: Line, currency: str) -> str:
    what = f"{line.kind} {line.product} {line.plan} {line.quantity} × {rate_text(line.unit_price, currency)}"
    days = f"{line.span.start} to {line.span.end} ({line.days}/{line.period_days})"
    return f"  {what:<44} {days:<36} {amount_text(Money(line.amount, currency)):>12}"


def _sum(title: str, sums: Any, currency: str) -> str:
    amounts = ", ".join(amount_text(Money(amount, currency)) for amount in (sums.net, sums.tax, sums.total))
    return f"  {title}: {amounts} {currency}"
