"""`bursar doctor`: find faults of an installation, and say how to mend them. It starts nothing and changes nothing."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from bursar.cli.checks.check import Check, ok, wrong
from bursar.cli.checks.machine import machine
from bursar.cli.checks.reach import reach
from bursar.cli.files import as_json, show
from bursar.cli.home import home

if TYPE_CHECKING:
    from bursar.jobs.invariants import Violation


@click.command()
@click.option("--deep", is_flag=True, help="Decide every account again and compare; this takes longer.")
@as_json
def doctor(deep: bool, as_json: bool) -> None:
    """Look at everything that Bursar needs, and say what is wrong and how to mend it.

    Ends with failure if something is wrong; a warning alone is none.

    Example: bursar doctor --deep
    """
    # Kept, because reading the settings puts the database that was found into the environment.
    before = dict(os.environ)
    reached = reach(home(), before)
    readable = _settings(reached.url)
    checks = [*machine(home(), before), readable, *reached.checks]
    broken: list[Violation] = []
    if reached.url is not None and readable.state == "ok":
        data_checks, broken = _ask_database(deep)
        checks += data_checks
    counts = Counter(check.state for check in checks)
    document = {
        "wrong": counts["wrong"],
        "warnings": counts["warning"],
        "checks": [_check_json(check) for check in checks],
        "violations": [_violation_json(violation) for violation in broken],
    }
    summary = f"{counts['wrong']} wrong, {counts['warning']} to look at, {counts['ok']} as they should be"
    show(document, as_json, "\n".join([*(line for check in checks for line in _lines(check)), summary]))
    if counts["wrong"]:
        raise SystemExit(1)


def _settings(url: str | None) -> Check:
    """Set Django up on the database at an address, and check that all settings can be read."""
    os.environ.pop("DATABASE_URL", None)
    if url is not None:
        os.environ["DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bursar.site.settings")
    import django

    try:
        django.setup()
    # A setting may raise anything, such as an ImportError from a gateway's package; the doctor must go on.
    except Exception as error:
        return wrong("settings", f"they cannot be read: {error}", "correct the variable that it names")
    return ok("settings", "all can be read")


def _ask_database(deep: bool) -> "tuple[list[Check], list[Violation]]":
    """Return the checks of the database and the violations of its data; only the fault if it gives up."""
    from django.db import Error, connections

    from bursar.columns.statement import one_moment

    try:
        with one_moment():
            return _check_data(deep)
    except Error as error:
        cure = "if the database has just stopped, start it; else read PostgreSQL's log"
        return [wrong("database", f"it gave up: {' '.join(str(error).split())}", cure)], []
    finally:
        connections.close_all()


def _check_data(deep: bool) -> "tuple[list[Check], list[Violation]]":
    from bursar.cli.checks import data, money
    from bursar.cli.checks.emails import emails
    from bursar.cli.checks.parked import parked_steps

    checks = [data.tables(), data.clocks(lambda: datetime.now(UTC))]
    # The other checks read columns that older or newer tables may not have.
    if checks[0].state == "wrong":
        return checks, []
    now = datetime.now(UTC)
    checks += [data.zones_of_accounts(), *data.published(), *data.types_of_accounts()]
    checks += [*data.bounds(), data.demo(now), data.keys(now), data.worker(now), parked_steps(), emails(now)]
    checks += [*money.gateways(), *money.paid_without_money()]
    data_checks, broken = data.rules(now, deep)
    return checks + data_checks, broken


def _lines(check: Check) -> Iterator[str]:
    yield f"{check.state:<8} {check.name:<18} {check.finding}"
    if check.cure:
        yield f"{'':<8} {'':<18} → {check.cure}"


def _check_json(check: Check) -> dict[str, str]:
    return {"name": check.name, "state": check.state, "found": check.finding, "cure": check.cure}


def _violation_json(violation: "Violation") -> dict[str, Any]:
    return {**asdict(violation), "account_id": str(violation.account_id) if violation.account_id else None}
