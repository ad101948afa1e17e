"""Check the database: its tables, its clock, what is published, the keys and the worker."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
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
LONG: Final = timedelta(minutes=10)
EXAMPLES: Final = 3
WORKER: Final = 'start it with "bursar worker", or everything with "bursar serve"'


def only_read() -> None:
    """Let the database refuse whatever this session would write."""
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")


def tables() -> Check:
    """Whether the tables are those of this version of Bursar."""
    try:
        lacking = missing()
    except NewerTables as newer:
        return wrong(
            "tables",
            f"made by a newer Bursar ({newer.params['migration']})",
            "install that version; data never go back",
        )
    if lacking:
        return wrong(
            "tables", f"{lacking} migrations are not applied", 'run "bursar migrate"; "bursar serve" does it too'
        )
    return ok("tables", "up to date")


def clocks(now: Callable[[], datetime]) -> Check:
    """Whether this machine and the database agree on what time it is."""
    before = now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    after = now()
    apart = max(before - theirs, theirs - after, timedelta(0))
    found = f"{apart.total_seconds():.1f} seconds apart from the database's"
    if apart > DRIFT:
        return wrong("clock", found, "let both machines follow a time server (NTP)")
    return ok("clock", found)


def zones_of_accounts() -> Check:
    """Whether the time zones of all accounts are known here."""
    unknown = sorted(set(Account.objects.values_list("time_zone", flat=True).distinct()) - available_timezones())
    if unknown:
        cure = "install newer time zones (tzdata), or give these accounts another zone"
        return wrong("zones of accounts", f"unknown here: {', '.join(unknown)}", cure)
    return ok("zones of accounts", "all known")


def published() -> Iterator[Check]:
    """Whether something is sold, and somebody may change something."""
    for name, current, file in (
        ("catalog", current_catalog, "catalogs/demo.toml"),
        ("policy", current_policy, "policies/standard.toml"),
    ):
        try:
            yield ok(name, f"version {current().version} is current")
        except Problem as problem:
            yield wrong(name, str(problem), f'publish one: "bursar {name} apply FILE", for instance {file}')


def types_of_accounts() -> Iterator[Check]:
    """Whether the policy, if there is one, has the types of all accounts."""
    try:
        left, count = accounts_without_type()
    except NoPolicy:
        return
    if count:
        named = ", ".join(f"{one.name} ({one.id}: {one.account_type})" for one in left[:EXAMPLES])
        cure = 'give them another type, or publish the policy with "replaces"; until then only the vendor changes them'
        yield wrong("types of accounts", f"{count} have a type that the policy does not have; first: {named}", cure)
    else:
        yield ok("types of accounts", "all in the policy")


def bounds() -> Iterator[Check]:
    """Whether the policy says how much members may owe, and add in one change."""
    try:
        policy = current_policy()
    except Problem:
        return
    cure = 'add what policies/standard.toml has below "{entry}", and publish it: "bursar policy apply FILE"'
    if policy.credit:
        yield ok("credit", f"limited for {', '.join(policy.credit)}")
    else:
        found = "the policy has none: members buy on invoice terms without limit"
        yield warning("credit", found, cure.format(entry="Credit"))
    if UNLIMITED in (policy.ceilings.ask, policy.ceilings.refuse):
        found = "the policy has not both: members add any number of seats in one change"
        yield warning("ceilings", found, cure.format(entry="Ceilings"))
    else:
        yield ok("ceilings", "a change that adds much is confirmed or refused")


def demo(now: datetime) -> Check:
    """Say if anybody may sign in as somebody of a sandbox in a system that has live accounts."""
    live = Account.objects.filter(sandbox=False).count()
    links = SignInLink.objects.filter(single_use=False, expires_at__gt=now).count()
    shown = "BURSAR_DEMO is set" if settings.DEMO else f"{links} of its sign-in links are open" if links else "none"
    if live and shown != "none":
        cure = (
            "start without --demo and BURSAR_DEMO, and load demos into a database of their own; links end after a month"
        )
        return warning("demo", f"a demo is open to anybody beside {live} live accounts: {shown}", cure)
    return ok("demo", shown)


def keys(now: datetime) -> Check:
    """Whether any of the vendor's programs can call the API."""
    there = sum(key.revoked_at is None and (key.expires_at is None or key.expires_at > now) for key in all_keys())
    if not there:
        return warning("keys", "no program can call the API", 'make one with "bursar key create NAME"')
    return ok("keys", f"{there} in use")


def worker(now: datetime) -> Check:
    """Whether a worker was there a moment ago, and whether it gets to its end."""
    last = last_round()
    if last is None:
        return wrong("worker", "none has ever run: nothing renews, nothing is collected", WORKER)
    silent = now - last.seen_at
    if last.runs and last.ended_at is not None and last.began_at - last.ended_at > SILENT:
        return wrong("worker", f"no round came to its end since {_moment(last.ended_at)}", "read what it prints")
    if last.runs and SILENT < silent <= LONG:
        return warning("worker", f"at one round since {_moment(last.began_at)}", "wait: there may be much to do")
    if silent > SILENT:
        return wrong("worker", f"last seen {_moment(last.seen_at)}", WORKER)
    if last.failures:
        found = f"the last round failed for {last.failures} things"
        return warning("worker", found, "read what it prints; the other accounts had their turn")
    return ok("worker", f"last seen {_moment(last.seen_at)}")


def rules(now: datetime, deep: bool) -> tuple[list[Check], list["Violation"]]:
    """Return the violations in the data: a check for each broken rule, and every violation."""
    found = list(violations(now, deep=deep))
    checks = [
        _broken(list(those)) for _, those in groupby(sorted(found, key=lambda one: one.rule), lambda one: one.rule)
    ]
    if not checks:
        many = len(SET_RULES) + (len(BOOK_RULES) if deep else 0)
        more = "" if deep else f"; --deep asks {len(BOOK_RULES)} more"
        checks.append(ok("rules", f"all {many} hold{more}"))
    return checks, found


def _broken(those: "list[Violation]") -> Check:
    examples = [
        f"{one.what}{f' of account {one.account_id}' if one.account_id else ''}: {one.found} instead of {one.expected}"
        for one in those[:EXAMPLES]
    ]
    more = [f"and {len(those) - EXAMPLES} more; --json shows them"] if len(those) > EXAMPLES else []
    return wrong(
        those[0].rule, "; ".join([f"{those[0].statement} But {len(those)} not so", *examples, *more]), those[0].cure
    )


def _moment(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")
