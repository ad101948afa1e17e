"""Bringing the tables up to date: by one process at a time, and never by an older Bursar than made them."""

import signal
from typing import Any, Final

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bursar.cli.files import warn
from bursar.core.messages.problem import Problem

LOCK: Final = 0x62757273_61720001
"""The number of PostgreSQL's advisory lock; it means this and nothing else."""


STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


class Migrate(migrate.Command):
    """Applies migrations, and lets no signal come between one and the record that it was applied.

    Django writes down some migrations only after they are committed. A start that was stopped in between would find
    tables that no record tells of, and so would every later one.
    """

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """Hold signals back from the beginning of a migration until it is written down."""
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
    known = executor.loader.disk_migrations
    rooms = {room for room, _ in known}
    newer = [key for key in executor.loader.applied_migrations if key[0] in rooms and key not in known]
    if newer:
        raise NewerTables(migration=".".join(min(newer)))
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def check_tables() -> None:
    """Raise OlderTables or NewerTables unless the tables are those of this Bursar."""
    lacking = missing()
    if lacking:
        raise OlderTables(missing=lacking)


def bring_up_to_date() -> None:
    """Apply the migrations that are missing; whoever else does so at this moment is waited for. Errors: NewerTables."""
    if not missing():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            warn("Waiting for another process that brings the tables up to date ...")
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        if missing():
            call_command(Migrate(), verbosity=0, interactive=False)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        # The lock belongs to the session and ends with it, whatever state a migration that failed left it in.
        connection.close()
