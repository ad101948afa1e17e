"""Bring the tables up to date: by one process at a time, and never by an older Bursar than made them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bursar.cli.files import warn
from bursar.core.messages.problem import Problem

LOCK: Final = 0x62757273_61720001
"""The number of PostgreSQL's advisory lock; nothing else uses it."""
STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


class Migrate(migrate.Command):
    """Django's command, which lets no signal come between a migration and the record that it was applied.

    Django records some migrations only after they are committed. If a start were stopped in between, every later one
    would try to make tables that are there already.
    """

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """Hold signals back from the beginning of a migration until it is recorded."""
        super().migration_progress_callback(action, migration, fake)
        if action == "apply_start":
            signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        elif action == "apply_success":
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


class NewerTables(Problem):
    """The tables were made by a newer Bursar ({migration}); install that version, or restore a backup of before."""

    code = "newer_tables"


class OlderTables(Problem):
    """The tables lack what this Bursar needs ({missing} migrations); run "bursar migrate" first."""

    code = "older_tables"


def missing() -> int:
    """Return how many migrations are not applied yet. Errors: NewerTables."""
    executor = MigrationExecutor(connection)
    migrations = executor.loader.disk_migrations
    # Other apps' migrations say nothing: one that this version no longer has may have left them behind.
    apps = {app for app, _ in migrations}
    newer = [key for key in executor.loader.applied_migrations if key[0] in apps and key not in migrations]
    if newer:
        raise NewerTables(migration=".".join(min(newer)))
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def check_tables() -> None:
    """Raise OlderTables or NewerTables unless the tables are those of this Bursar."""
    count = missing()
    if count:
        raise OlderTables(missing=count)


def bring_up_to_date() -> None:
    """Apply the missing migrations; wait for another process that does so at this moment. Errors: NewerTables."""
    if not missing():
        return
    with _alone():
        try:
            # Asked again under the lock: the other process has applied them meanwhile.
            if missing():
                call_command(Migrate(), verbosity=0, interactive=False)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of whoever changes the tables until the block ends.

    A transaction on a connection of its own holds it: behind a pooler, a lock of the session would stay with whoever
    gets that connection next. It ends with the connection, whatever state a migration that failed left the other in.
    """
    own = connection.copy()
    own.set_autocommit(False)
    try:
        with own.cursor() as cursor:
            # It waits as long as the migrations take.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            # Tried first, because waiting without a word looks like hanging.
            if not cursor.fetchone()[0]:
                warn("Waiting for another process that brings the tables up to date ...")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield
    finally:
        own.close()
