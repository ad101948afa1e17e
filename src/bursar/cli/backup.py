"""`bursar backup`, `bursar restore`: a database in one file, and back from it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

import click
import psycopg

from bursar.cli.files import NotReadable, as_json, show
from bursar.cli.home import database, ready
from bursar.core.messages.problem import Conflict
from bursar.postgres.dump import ProgramFailed, check_direct, read_dump, rows_in_dump, write_dump

MEGABYTE: Final = 1_000_000
MIGRATIONS: Final = "django_migrations"
NO_BACKUP: Final = "it is no backup of Bursar ({detail})"
COUNT_RELATIONS: Final = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
"""


class FileThere(Conflict):
    """{file} is there already; name another file, or add --force to replace it."""

    code = "file_there"


class NotWritten(Conflict):
    """{file} cannot be written: {detail}; nothing was left there. Make room, or name a file in another folder."""

    code = "not_written"


class NewerBackup(Conflict):
    """{file} was written by a newer Bursar ({migration}); restore it with that version."""

    code = "newer_backup"


class NotEmpty(Conflict):
    """The database is not empty; a backup is restored only into an empty one: name it in DATABASE_URL, or set BURSAR_HOME to a new folder."""  # noqa: E501

    code = "not_empty"


@click.command()
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@as_json
def backup(target: Path, force: bool, as_json: bool) -> None:
    """Write everything in the database to FILE, as it is at one moment; Bursar may go on working.

    Example: bursar backup /backups/bursar.dump
    """
    if os.path.lexists(target) and not force:
        raise FileThere(file=target)
    with database():
        # A database that does not answer is reported as such, and not as a file that cannot be written.
        check_direct(os.environ["DATABASE_URL"])
        _dump(target)
    size = target.stat().st_size
    reminder = "Keep the secret key elsewhere: what is sealed under it is read by nothing else."
    show({"file": str(target), "bytes": size}, as_json, f"{size / MEGABYTE:.1f} MB in {target}. {reminder}")


def _dump(target: Path) -> None:
    """Write the database to a file that is whole or not there. Errors: NotWritten, NoPrograms."""
    with _replaced_when_whole(target) as unfinished:
        try:
            write_dump(os.environ["DATABASE_URL"], unfinished)
        except ProgramFailed as failed:
            raise NotWritten(file=target, detail=failed.params["detail"]) from None


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def restore(file: Path, as_json: bool) -> None:
    """Read FILE into an empty database, bring its tables up to date, and check it as "bursar doctor --deep" does.

    Example: DATABASE_URL=postgres://... bursar restore /backups/bursar.dump
    """
    # Tried before a database is started or changed: a misspelt name is the most likely mistake.
    try:
        file.open("rb").close()
    except OSError as error:
        raise NotReadable(file=file, detail=error.strerror or str(error)) from None
    with database():
        ready()
        url = os.environ["DATABASE_URL"]
        check_direct(url)
        _check_backup(file)
        # Rows beside those that are there could neither be told apart later nor taken back.
        with psycopg.connect(url) as connection:
            count = connection.execute(COUNT_RELATIONS).fetchone()
        if count is None or count[0]:
            raise NotEmpty()
        read_dump(url, file)
        broken = _broken_rules()
        document = {"file": str(file), "rules_broken": broken}
        text = f"{file} is restored, and " + (
            f'breaks {len(broken)} rules: see "bursar doctor --deep"' if broken else "every rule holds"
        )
        show(document, as_json, text)
    if broken:
        raise SystemExit(1)


def _broken_rules() -> list[str]:
    """Bring the restored tables up to date; return the rules that the data break."""
    from django.db import connections

    from bursar.cli.checks import data
    from bursar.cli.tables import bring_up_to_date

    bring_up_to_date()
    _, broken = data.rules(datetime.now(UTC), deep=True)
    connections.close_all()
    return sorted({violation.rule for violation in broken})


def _check_backup(file: Path) -> None:
    """Raise NotReadable or NewerBackup unless a file is a backup that this version can bring up to date."""
    from django.db.migrations.loader import MigrationLoader

    try:
        applied = [(row[1], row[2]) for row in rows_in_dump(file, MIGRATIONS)]
    except ProgramFailed as failed:
        raise NotReadable(file=file, detail=NO_BACKUP.format(detail=failed.params["detail"])) from None
    if not applied:
        raise NotReadable(file=file, detail=NO_BACKUP.format(detail="it has no migrations"))
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    # Only of apps that this version has: one that was removed meanwhile leaves migrations behind that nobody needs.
    apps = {app for app, _ in migrations}
    newer = sorted(migration for migration in applied if migration[0] in apps and migration not in migrations)
    if newer:
        raise NewerBackup(file=file, migration=".".join(newer[0]))


@contextmanager
def _replaced_when_whole(file: Path) -> Iterator[IO[bytes]]:
    """Open a new file that only its owner reads; it takes the name of `file` if the block succeeds, and goes if not.

    Errors: NotWritten.
    """
    unfinished = None
    try:
        # In the same folder, because a rename is one step only within a file system.
        number, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        unfinished = Path(name)
        with os.fdopen(number, "wb") as stream:
            yield stream
            stream.flush()
            # Without it the name may survive a loss of power and the content not.
            os.fsync(stream.fileno())
        unfinished.rename(file)
    except OSError as error:
        raise NotWritten(file=file, detail=error.strerror or str(error)) from None
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
