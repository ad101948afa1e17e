"""`bursar bill`: bill now what has fallen due, in one process or several, or show what would be billed."""

import csv
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bursar.cli.bill_batches import batches_of, own_batches, stopped_after_batch
from bursar.cli.files import as_json, say, show, warn
from bursar.cli.home import django
from bursar.core.messages.problem import Invalid
from bursar.core.messages.text import spreadsheet_cell
from bursar.core.money.money import Money, amount_text

if TYPE_CHECKING:
    from bursar.jobs.billed import BilledDocument, BillResult

MOST_WORKERS: Final = 32
PROGRESS_SECONDS: Final = 2.0
EXAMPLES: Final = 20
_HEAD: Final = ("account", "name", "on", "kind", "number", "currency", "net", "tax", "total")


class StillToCome(Invalid):
    """{until} is still to come: use --dry-run to see what will be billed, or move a sandbox account's clock there."""

    code = "still_to_come"


@click.command()
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Bill what falls due by the end of this day (UTC).")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be billed, also by a future day.")
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), default=1, help="So many processes.", metavar="N")
@click.option("--csv", "file", type=click.Path(dir_okay=False), help="A file for the list of invoices.")
@click.option("--batches", is_flag=True, hidden=True, help="Print a line of JSON for each batch, for another process.")
@as_json
def bill(until: datetime | None, dry_run: bool, workers: int, file: str | None, batches: bool, as_json: bool) -> None:
    """Apply and invoice everything that has fallen due, collect it, and finish open payments; then end.

    Ctrl-C ends it after the batch at hand. Fails if some account could not be renewed; that one is parked.

    Example: bursar bill --until 2027-01-01 --dry-run --csv january.csv
    """
    now = datetime.now(UTC)
    if not dry_run and until is not None and until.date() > now.date():
        raise StillToCome(until=until.date())
    end_of_day = until.replace(tzinfo=UTC) + timedelta(days=1) if until else now
    moment = end_of_day if dry_run else min(now, end_of_day)
    with stopped_after_batch() as stopped, ExitStack() as stack:
        rows = stack.enter_context(_opened(file)) if file else None
        stack.enter_context(django())
        from bursar.jobs.billed import BillResult

        own = own_batches(moment, now, dry_run, stopped)
        if batches:
            for batch in own:
                say(batch.line())
            return
        result, run = BillResult(), _Run(moment, dry_run)
        several = workers > 1 and not dry_run
        for batch in batches_of(workers, until.date() if until else None, stopped) if several else own:
            result.add(batch)
            if rows is not None:
                rows.writerows(map(_row, batch.documents))
            run.tell(result)
        failures = 0 if dry_run or stopped.is_set() else _finish(now)
        show(run.document(result), as_json, "\n".join(run.table(result)))
    # Raised when the table of invoices is whole.
    if not dry_run and (count := len(result.parked) + failures):
        raise click.ClickException(f'{count} things failed; "bursar doctor" says which, the others are done')


def _finish(now: datetime) -> int:
    """Do what follows renewals, such as collecting their invoices; return how many things failed."""
    from bursar.jobs.steps import run_once

    try:
        run_once(now, renews=False)
    except ExceptionGroup as group:
        return len(group.exceptions)
    return 0


class _Run:
    """A run with its beginning, its progress and its result in words."""

    def __init__(self, moment: datetime, dry_run: bool) -> None:
        self.moment, self.dry_run = moment, dry_run
        self.began = self.told_at = time.monotonic()

    def tell(self, result: "BillResult") -> None:
        """Say on the standard error how far the run is, every few seconds."""
        from bursar.invoices.queries import renewals

        if time.monotonic() - self.told_at < PROGRESS_SECONDS:
            return
        waiting = renewals(self.moment)[0] - (len(result.accounts) if self.dry_run else 0)
        self.told_at = time.monotonic()
        rate = result.documents / self._seconds()
        left = f", about {waiting / rate:.0f} s left" if rate else ""
        warn(f"{result.documents:,} invoices, {rate:.0f} a second; {waiting:,} accounts wait{left}")

    def document(self, result: "BillResult") -> dict[str, Any]:
        """Return the result for a program."""
        return {
            "dry_run": self.dry_run,
            "accounts": len(result.accounts),
            "invoices": result.documents,
            "amounts": {
                currency: {name: amount_text(Money(getattr(sums, name), currency)) for name in ("net", "tax", "total")}
                for currency, sums in sorted(result.amounts.items())
            },
            "parked": [{"account": account, "reason": reason} for account, reason in result.parked.items()],
            "seconds": round(self._seconds(), 1),
        }

    def table(self, result: "BillResult") -> Iterator[str]:
        """Yield the lines of the result for a person; the last one has the totals."""
        yield f"{'accounts':<10}{len(result.accounts):>18,}"
        yield f"{'invoices':<10}{result.documents:>18,}"
        amounts = [
            (currency, amount_text(Money(sums.total, currency))) for currency, sums in sorted(result.amounts.items())
        ]
        for currency, amount in amounts:
            yield f"{currency:<10}{amount:>18}"
        yield f"{'parked':<10}{len(result.parked):>18,}"
        for account, reason in list(result.parked.items())[:EXAMPLES]:
            yield f"  account {account}: {reason}"
        if len(result.parked) > EXAMPLES:
            yield f"  and {len(result.parked) - EXAMPLES:,} more; --json lists all"
        seconds = self._seconds()
        yield f"{'seconds':<10}{seconds:>18,.1f}"
        total = ", ".join(f"{amount} {currency}" for currency, amount in amounts) or "nothing"
        verb = "would be billed" if self.dry_run else "billed"
        accounts = f"{len(result.accounts):,} accounts, {len(result.parked):,} parked"
        yield f"{verb}: {total} on {result.documents:,} invoices of {accounts}"

    def _seconds(self) -> float:
        return time.monotonic() - self.began


@contextmanager
def _opened(file: str) -> Iterator[Any]:
    """Write a table to a file that is there when all of it is. Errors: ClickException."""
    unfinished = Path(f"{file}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(_HEAD)
            yield writer
        unfinished.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror or error}.") from None


def _row(document: "BilledDocument") -> tuple[str, ...]:
    amounts = (amount_text(Money(minor, document.currency)) for minor in (document.net, document.tax, document.total))
    name = spreadsheet_cell(document.name)
    return (document.account, name, document.on, document.kind, document.number, document.currency, *amounts)
