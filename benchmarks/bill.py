"""Renew many accounts of three items, as the worker does: processor, statements and memory per invoice.

`SIZE` says how many. The floor is `COPY` of the same rows into an equal database, with all its rules, in the same run.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg
from benchmarks.core import FIRST
from benchmarks.processes import computed
from benchmarks.served import live_account
from benchmarks.trips import in_process
from psycopg import sql

SIZE: Final = int(os.environ.get("SIZE", "1000"))
FLOOR: Final = "floor"
BEGAN: Final = datetime(2026, 1, 10, 9, tzinfo=UTC)
DUE: Final = BEGAN + timedelta(days=31)
# In an order that the references between them allow.
TABLES: Final = ("subscriptions_checkpoint", "invoices_invoice", "invoices_line", "invoices_coverage", "history_entry")


def rows() -> Iterator[tuple[str, str]]:
    """Yield the figures of a bill run, beside those of its floor."""
    with in_process():
        from django.db import connection

        accounts = [live_account("Bill", number, *FIRST, now=BEGAN) for number in range(SIZE)]
        _copy_database(FLOOR)
        # The first renewals fill what a process keeps of catalogs and policies.
        _renew(until=DUE - timedelta(days=30))
        statements = 0

        def counted(execute: Callable[..., Any], *statement: Any) -> Any:
            nonlocal statements
            statements += 1
            return execute(*statement)

        postgres = _parent_of(connection)
        processor, database, began = time.process_time(), computed(postgres), time.perf_counter()
        with connection.execute_wrapper(counted):
            _renew(until=DUE)
        seconds = time.perf_counter() - began
        processor, database = time.process_time() - processor, computed(postgres) - database
        yield "accounts, each with an invoice of three lines", f"{len(accounts):,}"
        yield "invoices a second", f"{SIZE / seconds:.0f}"
        yield "processor an invoice: Python", f"{1000 * processor / SIZE:.2f} ms"
        yield "processor an invoice: PostgreSQL", f"{1000 * database / SIZE:.2f} ms"
        yield "statements an invoice", f"{statements / SIZE:.2f}"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        yield "memory of the process at its peak, with opening the accounts", f"{peak / 1024:.0f} MB"
        copied, computed_by_copy = _copy_rows(postgres)
        yield "floor: COPY of the same rows, rows a second as invoices", f"{SIZE / copied:.0f}"
        yield "floor: processor an invoice", f"{1000 * computed_by_copy / SIZE:.2f} ms"


def _renew(until: datetime) -> None:
    from bursar.jobs.billing import bill

    def fail(account: UUID, failure: Exception) -> None:
        raise failure

    for _ in bill(until, now=DUE, fail=fail):
        pass


def _copy_database(name: str) -> None:
    """Make an equal database of this name."""
    from django.db import connection

    original = str(connection.settings_dict["NAME"])
    # A database that is copied has no other connections.
    connection.close()
    with psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(original)))


def _copy_rows(postgres: int) -> tuple[float, float]:
    """Write the rows of the run into an equal database by COPY; return its time and its processor, in seconds."""
    columns: dict[str, str] = {}
    rows: dict[str, bytes] = {}
    address = os.environ["DATABASE_URL"]
    with psycopg.connect(address) as source, psycopg.connect(address, dbname=FLOOR) as target:
        for table in TABLES:
            names = [row[0] for row in source.execute(_COLUMNS, [table])]
            columns[table] = ", ".join(f'"{name}"' for name in names)
            values = columns[table].replace('"number"', "NULL") if table == "invoices_invoice" else columns[table]
            last = target.execute(f"SELECT max(id::text) FROM {table}").fetchone()
            with source.cursor().copy(
                f"COPY (SELECT {values} FROM {table} WHERE id::text > '{(last and last[0]) or ''}') TO STDOUT"
            ) as reading:
                rows[table] = b"".join(map(bytes, reading))
        numbers = source.execute("SELECT id, number FROM invoices_invoice WHERE order_id IS NULL").fetchall()
        began, before = time.perf_counter(), computed(postgres)
        for table in TABLES:
            with target.cursor().copy(f"COPY {table} ({columns[table]}) FROM STDIN") as writing:
                writing.write(rows[table])
        target.execute(
            "UPDATE invoices_series SET next = next + %s WHERE mode = 'live' AND kind = 'invoice'", [len(numbers)]
        )
        target.execute(_NUMBER, [[row[0] for row in numbers], [row[1] for row in numbers]])
        target.commit()
        return time.perf_counter() - began, computed(postgres) - before


_COLUMNS: Final = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
_NUMBER: Final = """
UPDATE invoices_invoice i SET number = n.number FROM unnest(%s::uuid[], %s::int[]) AS n (id, number) WHERE i.id = n.id
"""


def _parent_of(connection: Any) -> int:
    """Return the process of the database server, whose children serve connections."""
    from pathlib import Path

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    return int(Path(f"/proc/{backend}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])


if __name__ == "__main__":
    for row in rows():
        print(*row, sep="  ")
