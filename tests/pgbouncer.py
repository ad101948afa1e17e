"""A PgBouncer in transaction mode before a database of the tests' PostgreSQL."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import psycopg

from bursar.postgres.port import free_port
from bursar.postgres.programs import unprivileged_user

PROGRAM: Final = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
CONNECTIONS: Final = 3
"""As many as it opens to PostgreSQL: few, so that clients get each other's."""
KEEPS_PLANS: Final = (1, 21)
"""The first version that keeps prepared statements in transaction mode."""


def keeps_plans() -> bool:
    """Return true if this PgBouncer keeps prepared statements."""
    told = subprocess.run([PROGRAM or "", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)", told)
    return found is not None and (int(found[1]), int(found[2])) >= KEEPS_PLANS


@contextmanager
def pooled(folder: Path, url: str) -> Iterator[str]:
    """Yield the address at which PgBouncer reaches the database of another address."""
    parts, port = urlsplit(url), free_port()
    name = parts.path.lstrip("/")
    there = f"host={parts.hostname} port={parts.port} dbname={name} user={parts.username}"
    lines = [
        "[databases]",
        f"{name} = {there} password={unquote(parts.password or '')}",
        "[pgbouncer]",
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =",
        "auth_type = any\npool_mode = transaction",
        f"default_pool_size = {CONNECTIONS}\nmin_pool_size = {CONNECTIONS}\nserver_round_robin = 1",
        "max_prepared_statements = 200" if keeps_plans() else "",
    ]
    written = folder / "pgbouncer.ini"
    written.write_text("\n".join(lines), encoding="utf-8")
    written.chmod(0o644)
    account = unprivileged_user()
    process = subprocess.Popen(
        [PROGRAM or "", "--quiet", str(written)],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # It refuses to run as root, as PostgreSQL does.
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    address = f"postgres://{parts.username}@127.0.0.1:{port}/{name}"
    try:
        _wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def left_behind(url: str) -> dict[str, str]:
    """Return the settings that clients changed on the connections of a pool, but for those that PgBouncer restores.

    Locks that belong to no transaction count as a setting.
    """
    restored = ["TimeZone", "client_encoding", "application_name", "DateStyle", "standard_conforming_strings"]
    # Those of a transaction end with it, and keep their names.
    restored += ["transaction_isolation", "transaction_read_only"]
    found: dict[str, str] = {}
    opened = [psycopg.connect(url, prepare_threshold=None) for _ in range(CONNECTIONS)]
    try:
        # Each is in a transaction, so that none gets the connection of another.
        for client in opened:
            rows = client.execute(
                "SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> ALL(%s)"
                " UNION ALL SELECT 'a lock', locktype FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
                [restored],
            )
            found |= dict(rows.fetchall())
        assert len({client.execute("SELECT pg_backend_pid()").fetchone() for client in opened}) == CONNECTIONS
    finally:
        for client in opened:
            client.close()
    return found


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=5).close()
            return
        time.sleep(0.05)
    raise TimeoutError(f"PgBouncer does not answer at {url}")
