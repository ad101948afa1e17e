"""`bursar demo`: a believable vendor with six accounts that have a past."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click

from bursar.cli.demo_lives import AGENTS, LIVES, STAFF, Life
from bursar.cli.files import as_json, show
from bursar.cli.home import django

ROOT: Final = Path(__file__).resolve().parents[3]
LINK_DAYS: Final = 30
DAYS_AWAY: Final = 45
"""Days since one of the agents was seen in the product."""


@click.command()
@as_json
def demo(as_json: bool) -> None:
    """Load the demo, once, and print a sign-in link for each of its people.

    Example: bursar demo
    """
    with django():
        links = load(datetime.now(UTC))
    show(
        [{"who": who, "path": path} for who, path in links], as_json, "\n".join(f"{who}: {path}" for who, path in links)
    )


def load(now: datetime) -> list[tuple[str, str]]:
    """Publish the demo's catalog and policy, make its accounts if they are not there, and give everybody a link."""
    from bursar.accounts.models import Account
    from bursar.accounts.publishing import apply_policy
    from bursar.catalog.actions import apply as apply_catalog
    from bursar.core.policy.policy import VENDOR
    from bursar.identity.staff import appoint
    from bursar.policy.queries import current

    catalog, policy = "catalogs/demo.toml", "policies/standard.toml"
    apply_catalog(_read(catalog), file=catalog, by="demo", now=now)
    apply_policy(_read(policy), file=policy, by="demo", actor=VENDOR, now=now)
    existing_names = set(Account.objects.filter(sandbox=True).values_list("name", flat=True))
    for life in LIVES:
        if life.name not in existing_names:
            _play_life(life, now)
    for name, email, role in STAFF:
        appoint(current(), name=name, email=email, role=role, sandbox=True, by=None, now=now)
    return _links(now)


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / file).read_text(encoding="utf-8"))


def _play_life(life: Life, now: datetime) -> None:
    """Open an account in the past and order as it did, through the actions that pages and API use."""
    from bursar.accounts import actions, queries
    from bursar.accounts.members import add_member
    from bursar.checkout import accept, pay
    from bursar.core.billing.payment import Method
    from bursar.core.money.tax import read_tax_rate
    from bursar.core.policy.policy import VENDOR
    from bursar.core.subscription.edit import read_edits
    from bursar.jobs.steps import move
    from bursar.payments.actions import set_method
    from bursar.payments.queries import open_invoices
    from bursar.policy.queries import current
    from bursar.seats.actions import assign, note_seen

    policy, today = current(), now.date()
    first = max((days for days, _, _ in life.steps), default=0)
    account_id = actions.open_account(
        policy,
        name=life.name,
        account_type=life.account_type,
        currency=life.currency,
        time_zone="Europe/Paris",
        locale=life.locale,
        owner_name=life.people["owner"],
        owner_email=life.email(life.people["owner"]),
        representative=life.representative,
        sandbox=True,
        clock=today - timedelta(days=first),
        tax=read_tax_rate(life.tax_rate),
        actor=VENDOR,
        now=now,
    )
    for name, role in life.everybody()[1:]:
        add_member(policy, account_id, name=name, email=life.email(name), role=role, actor=VENDOR, now=now)
    if life.token:
        set_method(policy, account_id, Method("card", life.token), actor=VENDOR, now=now)
    for days, who, edits in life.steps:
        move(account_id, today - timedelta(days=days), actor=VENDOR, now=now)
        # Paid before each order, or the demo would greet its visitor with accounts that are months overdue.
        for invoice in open_invoices(account_id):
            pay(account_id, invoice.id, Method("debit", "ok"), actor=VENDOR, now=now)
        everybody = queries.customer(account_id).account.members
        members = {member.role: member for member in everybody}
        actor = VENDOR if who == "vendor" else members[who]
        dated = [_dated(edit, today - timedelta(days=days)) for edit in edits]
        accept(account_id, edits=read_edits(dated), actor=actor, now=now)
        if days == first:
            # Everybody works in the product that was bought first; seats without people would look deserted.
            for member in everybody:
                assign(policy, account_id, edits[0]["product"], member.id, actor=members["owner"], now=now)
    move(account_id, today, actor=VENDOR, now=now)
    # One agent has been away for long, so that a page which offers to free seats has somebody to name.
    for member in queries.customer(account_id).account.members:
        note_seen(account_id, member.id, today - timedelta(days=DAYS_AWAY if member.name == AGENTS[2][0] else 0))


def _dated(edit: dict[str, Any], on: date) -> dict[str, Any]:
    """Return an edit made on a day, with the days that it names counted from there."""
    edit = dict(edit)
    if "span" in edit:
        start, end = (str(on + timedelta(days=days)) for days in edit["span"])
        edit["span"] = {"start": start, "end": end}
    if "until" in edit:
        edit["until"] = str(on + timedelta(days=edit["until"]))
    return edit


def _links(now: datetime) -> list[tuple[str, str]]:
    """Return a link for each person of the demo, good for some days and many uses.

    The people are read from the database: visitors rename, move and remove them. A person who is also in a live account
    gets no link.
    """
    from bursar.accounts.keys import create_link
    from bursar.accounts.models import Member
    from bursar.accounts.sandbox import is_sandbox_only
    from bursar.identity.staff import staff

    expires_at = now + timedelta(days=LINK_DAYS)
    order = {life.name: number for number, life in enumerate(LIVES)}
    members = Member.objects.filter(
        account__name__in=order, account__sandbox=True, state="active", removed_at=None, person__is_active=True
    )
    rows = members.order_by("id").values_list("account__name", "name", "role", "person_id", "person__email")
    people = [
        (f"{name}, {role.replace('_', ' ')} of {account}", person, email)
        for account, name, role, person, email in sorted(rows, key=lambda row: order[row[0]])
    ]
    people += [
        (f"{colleague.name}, {colleague.role} of the vendor", colleague.id, colleague.email)
        for colleague in staff(sandbox=True)
    ]
    return [
        (who, f"/sign-in/{create_link(email, expires_at=expires_at, single_use=False)}")
        for who, person, email in people
        if is_sandbox_only(person)
    ]
