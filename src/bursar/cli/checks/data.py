"""Check the database: its tables, its clock, what is published, the keys and the worker."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

from django.conf import settings
from django.db import connection

from bursar.accounts.keys import keys as all_keys
from bursar.accounts.models import Account
from bursar.accounts.publishing import accounts_without_type
from bursar.catalog.queries import current as current_catalog
from bursar.cli.checks.check import Check, ok, warning, wrong
from bursar.cli.tables import NewerTables, missing
from bursar.core.messages.problem import Problem
from bursar.core.policy.limits import UNLIMITED
from bursar.identity.models import SignInLink
from bursar.jobs.invariants import BOOK_RULES, SET_RULES, violations
from bursar.jobs.queries import last_round
from bursar.policy.queries import NoPolicy
from bursar.policy.queries import current as current_policy

if TYPE_CHECKING:
    from bursar.jobs.invariants import Violation

DRIFT: Final = timedelta(seconds=5)
SILENT: Final = timedelta(minutes=1)
LONG_ROUND: Final = timedelta(minutes=10)
EXAMPLES: Final = 3
WORKER: Final = 'start it with "bursar worker", or everything with "bursar serve"'


def tables() -> Check:
    """Check that the tables are those of this version of Bursar."""
    try:
        missing_migrations = missing()
    except NewerTables as newer:
        return wrong(
            "tables",
            f"made by a newer Bursar ({newer.params['migration']})",
            "install that version; data never go back",
        )
    if missing_migrations:
        return wrong(
            "tables",
            f"{missing_migrations} migrations are not applied",
            'run "bursar migrate"; "bursar serve" does it too',
        )
    return ok("tables", "up to date")


def clocks(now: Callable[[], datetime]) -> Check:
    """Check that this machine and the database agree on the time."""
    before = now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        database_time = cursor.fetchone()[0]
    after = now()
    # The database read its clock between the two, so only what lies outside is a difference; the rest is the way.
    gap = max(before - database_time, database_time - after, timedelta(0))
    finding = f"{gap.total_seconds():.1f} seconds apart from the database's"
    if gap > DRIFT:
        return wrong("clock", finding, "let both machines follow a time server (NTP)")
    return ok("clock", finding)


def zones_of_accounts() -> Check:
    """Check that this machine knows the time zones of all accounts; it cannot tell the day of the others."""
    unknown = sorted(set(Account.objects.values_list("time_zone", flat=True).distinct()) - available_timezones())
    if unknown:
        cure = "install newer time zones (tzdata), or give these accounts another zone"
        return wrong("zones of accounts", f"unknown here: {', '.join(unknown)}", cure)
    return ok("zones of accounts", "all known")


def published() -> Iterator[Check]:
    """Check that a catalog and a policy are published."""
    for name, current, file in (
        ("catalog", current_catalog, "catalogs/demo.toml"),
        ("policy", current_policy, "policies/standard.toml"),
    ):
        try:
            yield ok(name, f"version {current().version} is current")
        except Problem as problem:
            yield wrong(name, str(problem), f'publish one: "bursar {name} apply FILE", for instance {file}')


def types_of_accounts() -> Iterator[Check]:
    """Check that the policy, if there is one, has the types of all accounts."""
    try:
        accounts, count = accounts_without_type()
    except NoPolicy:
        return
    if count:
        named = ", ".join(f"{account.name} ({account.id}: {account.account_type})" for account in accounts[:EXAMPLES])
        cure = 'give them another type, or publish the policy with "replaces"; until then only the vendor changes them'
        yield wrong("types of accounts", f"{count} have a type that the policy does not have; first: {named}", cure)
    else:
        yield ok("types of accounts", "all in the policy")


def bounds() -> Iterator[Check]:
    """Check that the policy limits how much members may owe, and add in one change."""
    try:
        policy = current_policy()
    except Problem:
        return
    cure = 'add what policies/standard.toml has below "{entry}", and publish it: "bursar policy apply FILE"'
    if policy.credit:
        yield ok("credit", f"limited for {', '.join(policy.credit)}")
    else:
        finding = "the policy has none: members buy on invoice terms without limit"
        yield warning("credit", finding, cure.format(entry="Credit"))
    if UNLIMITED in (policy.ceilings.ask, policy.ceilings.refuse):
        finding = "the policy has not both: members add any number of seats in one change"
        yield warning("ceilings", finding, cure.format(entry="Ceilings"))
    else:
        yield ok("ceilings", "a change that adds much is confirmed or refused")


def demo(now: datetime) -> Check:
    """Warn if anybody may sign in as a person of the demo in a system that has live accounts."""
    live = Account.objects.filter(sandbox=False).count()
    # Links for many uses are those that the demo prints; all others serve once.
    links = SignInLink.objects.filter(single_use=False, expires_at__gt=now).count()
    shown = "BURSAR_DEMO is set" if settings.DEMO else f"{links} of its sign-in links are open" if links else "none"
    if live and shown != "none":
        cure = (
            "start without --demo and BURSAR_DEMO, and load demos into a database of their own; links end after a month"
        )
        return warning("demo", f"a demo is open to anybody beside {live} live accounts: {shown}", cure)
    return ok("demo", shown)


def keys(now: datetime) -> Check:
    """Check that a program of the vendor can call the API."""
    valid = sum(key.revoked_at is None and (key.expires_at is None or key.expires_at > now) for key in all_keys())
    if not valid:
        return warning("keys", "no program can call the API", 'make one with "bursar key create NAME"')
    return ok("keys", f"{valid} in use")


def worker(now: datetime) -> Check:
    """Check that a worker ran a moment ago, and that its rounds come to their end."""
    last = last_round()
    if last is None:
        return wrong("worker", "none has ever run: nothing renews, nothing is collected", WORKER)
    silent = now - last.seen_at
    # Began long after the last end: rounds begin again and again, so each of them must break off.
    if last.runs and last.ended_at is not None and last.began_at - last.ended_at > SILENT:
        return wrong("worker", f"no round came to its end since {_moment(last.ended_at)}", "read what it prints")
    # A bill run over many accounts may take minutes, in which nothing is noted; after that it counts as dead.
    if last.runs and SILENT < silent <= LONG_ROUND:
        return warning("worker", f"at one round since {_moment(last.began_at)}", "wait: there may be much to do")
    if silent > SILENT:
        return wrong("worker", f"last seen {_moment(last.seen_at)}", WORKER)
    if last.failures:
        finding = f"the last round failed for {last.failures} things"
        return warning("worker", finding, "read what it prints; the other accounts had their turn")
    return ok("worker", f"last seen {_moment(last.seen_at)}")


def rules(now: datetime, deep: bool) -> tuple[list[Check], list["Violation"]]:
    """Check the rules over the data; return a check for each broken rule, and every violation."""
    by_rule = attrgetter("rule")
    broken = sorted(violations(now, deep=deep), key=by_rule)
    checks = [_broken(list(same_rule)) for _, same_rule in groupby(broken, by_rule)]
    if not checks:
        count = len(SET_RULES) + (len(BOOK_RULES) if deep else 0)
        note = "" if deep else f"; --deep asks {len(BOOK_RULES)} more"
        checks.append(ok("rules", f"all {count} hold{note}"))
    return checks, broken


def _broken(same_rule: "list[Violation]") -> Check:
    """Return the check of a broken rule from all its violations."""
    # The statement and the cure belong to the rule, so any of its violations has them.
    first, number = same_rule[0], len(same_rule)
    parts = [f"{first.statement} But {number} not so", *map(_example, same_rule[:EXAMPLES])]
    if number > EXAMPLES:
        parts.append(f"and {number - EXAMPLES} more; --json shows them")
    return wrong(first.rule, "; ".join(parts), first.cure)


def _example(violation: "Violation") -> str:
    account = f" of account {violation.account_id}" if violation.account_id else ""
    return f"{violation.what}{account}: {violation.found} instead of {violation.expected}"


def _moment(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")
