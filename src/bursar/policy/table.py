"""Write the page about the policy: `python -m bursar.policy.table` brings docs/policy.md up to date."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from bursar.core.money.money import Money, amount_text
from bursar.core.policy.capability import CAPABILITIES, DESK, MATRIX, OPEN
from bursar.core.policy.limits import Credit, Limit
from bursar.core.policy.policy import Policy, State
from bursar.i18n import catalogue, names
from bursar.policy.document import read_toml

ROOT: Final = Path(__file__).resolve().parents[3]
SOURCE: Final = "policies/standard.toml"
PAGE: Final = "docs/policy.md"
French = Callable[[str], str]

_START: Final = f"""# The policy

Who may change what, on which kind of account, and when the change takes effect. `python -m bursar.policy.table`
writes these tables from `{SOURCE}`; change that file, not this page.

A member may use a capability if **the role has it and the account type, with the account's exceptions, has it**. If
the role has it *by request*, the member may only request the change: this needs `submit_requests` on the role and on
the account type, and a member who could approve the request. In all other cases the change is refused. Bursar checks
in this order, and the first check that fails is the reason given: the state of the account, the account type, the
catalog, the role, a limit, the credit.
"""


_BOUNDS: Final = """\
The credit of an account type is the highest amount that an account on invoice terms may owe, tax included: open
invoices and agreed charges that are not billed yet, together; and each later invoice by itself. A member's change
cannot exceed it, and neither can a request: the account sets a payment method and pays at once, or asks the vendor.
The credit never stops a reduction or a renewal. A ceiling is the number of seats, or the amount, that a member may
add in one change: above the first the member must confirm the change (409, `confirm`), above the second it is refused
for `limit`. Neither credit nor ceilings bind the vendor's staff and programs.
"""


def page(policy: Policy, french: French) -> str:
    """Return the page; `french` translates an English message."""
    parts = (
        _START,
        "## Capabilities\n",
        _capabilities(french),
        "## What an account type may change online\n",
        _matrix(policy),
        "Open on every account type: " + ", ".join(f"`{capability}`" for capability in OPEN) + ".\n",
        "## What a role may do\n",
        _roles(policy),
        "## What the vendor's staff may do\n",
        _staff(policy),
        "## What stays open in each state\n",
        _states(policy, french),
        "## When changes take effect\n",
        _timing(policy, french),
        "## Credit and ceilings\n",
        _BOUNDS,
        _bounds(policy),
        "## Numbers\n",
        _numbers(policy, french),
    )
    return "\n".join(parts)


def page_text(root: Path = ROOT) -> str:
    """Return the page as the file and the French catalogue of this source tree make it."""
    # From the catalogue's source and not through gettext: the page must not depend on what was compiled last.
    policy = read_toml((root / SOURCE).read_text(encoding="utf-8"), SOURCE, version=1)
    messages = catalogue.read(catalogue.PACKAGE / "i18n/locale/fr/LC_MESSAGES/django.po")

    def french(message: str) -> str:
        entry = messages.get(message)
        return str(entry.string) if entry is not None else ""

    return page(policy, french)


def _capabilities(french: French) -> str:
    rows = (
        (f"`{capability}`", names.CAPABILITIES[capability], french(names.CAPABILITIES[capability]))
        for capability in (*CAPABILITIES, *DESK)
    )
    return _table(("capability", "English", "French"), rows)


def _matrix(policy: Policy) -> str:
    types = policy.account_types.values()
    rows = [
        (f"`{capability}`", *("yes" if capability in kind.capabilities else "no" for kind in types))
        for capability in MATRIX
    ]
    rows.append(("its people see current costs", *("yes" if kind.shows_costs else "no" for kind in types)))
    head = [f"`{kind.code}` {kind.name.in_language('en')}, {kind.name.in_language('fr')}" for kind in types]
    return _table(("capability", *head), rows)


def _roles(policy: Policy) -> str:
    roles = policy.roles.values()
    rows = (
        (
            f"`{capability}`",
            *(
                "yes" if capability in role.allowed else "by request" if capability in role.by_request else "no"
                for role in roles
            ),
        )
        for capability in CAPABILITIES
    )
    head = [f"`{role.code}` {role.name.in_language('en')}, {role.name.in_language('fr')}" for role in roles]
    return _table(("may", *head), rows)


def _staff(policy: Policy) -> str:
    roles = policy.staff.values()
    # Staff act for the vendor, who has nobody to ask.
    rights = (right for right in (*CAPABILITIES, *DESK) if right != "submit_requests")
    rows = ((f"`{right}`", *("yes" if right in role.allowed else "no" for role in roles)) for right in rights)
    head = [f"`{role.code}` {role.name.in_language('en')}, {role.name.in_language('fr')}" for role in roles]
    return _table(("may", *head), rows)


def _states(policy: Policy, french: French) -> str:
    rows = (
        (f"`{state}` {names.STATES[state]}, {french(names.STATES[state])}", _open(policy.states[state]))
        for state in State
    )
    return _table(("state", "open"), rows)


def _open(capabilities: frozenset[str]) -> str:
    # A list of all of them would hide that nothing is missing.
    if capabilities == frozenset(CAPABILITIES):
        return "everything"
    return ", ".join(f"`{capability}`" for capability in CAPABILITIES if capability in capabilities) or "nothing"


def _timing(policy: Policy, french: French) -> str:
    rows = (
        (
            f"`{capability}`",
            names.EFFECTS[timing.effect],
            french(names.EFFECTS[timing.effect]),
            "yes" if timing.credit else "no",
        )
        for capability, timing in policy.timing.items()
    )
    return _table(("change", "takes effect", "French", "credits what was billed"), rows)


def _bounds(policy: Policy) -> str:
    kinds = policy.account_types.values()
    rows = [(f"`{kind.code}`: credit on invoice terms", _credit(policy.credit.get(kind.code))) for kind in kinds]
    ceilings = policy.ceilings
    rows.append(("a member must confirm a change above", _limit(ceilings.ask)))
    rows.append(("a member's change is refused above", _limit(ceilings.refuse)))
    return _table(("what", "value"), rows)


def _credit(credit: Credit | None) -> str:
    if credit is None:
        return "no limit"
    if not credit.invoice_terms:
        return "nothing"
    limits = [
        amount_text(Money(amount_minor, currency)) + f" {currency}" for currency, amount_minor in credit.limits.items()
    ]
    anything = f"{credit.limit:,}.00 in any {'other ' if limits else ''}currency"
    return ", ".join([*limits, *([anything] if credit.limit is not None else [])]) or "no limit"


def _limit(limit: Limit) -> str:
    parts = [] if limit.seats is None else [f"{limit.seats:,} seats"]
    parts += [
        f"{amount_text(Money(amount_minor, currency))} {currency} a billing period"
        for currency, amount_minor in limit.amounts.items()
    ]
    return ", ".join(parts) or "no limit"


def _numbers(policy: Policy, french: French) -> str:
    proration = names.PRORATIONS[policy.proration]
    return _table(
        ("what", "value"),
        (
            ("proration counts days", f"{proration}, {french(proration)} (`{policy.proration}`)"),
            ("a reduction can take back an order of the same day at once", "yes" if policy.same_day_undo else "no"),
            ("a period that is known to be cut short is billed", "for its days" if policy.cuts_periods else "whole"),
            ("a quote can be accepted for", f"{policy.quote_hours} hours"),
            ("a payment that waits for its payer is given up after", f"{policy.attempt_minutes} minutes"),
            ("an invoice on invoice terms is due after", f"{policy.invoice_due_days} days"),
            ("a request that nobody reviewed is closed after", f"{policy.request_days} days"),
            ("its reviewers are reminded before that, by", f"{policy.reminder_days} days"),
            ("a renewal after a term of more than a month is announced ahead by", f"{policy.renewal_notice_days} days"),
            ("the end of a trial is announced ahead by", f"{policy.trial_notice_days} days"),
        ),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page_text(), encoding="utf-8")
