"""Write a database to a file and read it back, by PostgreSQL's own programs.

The password travels in the environment of a program: its arguments are seen by everybody on the machine.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import psycopg

from bursar.core.messages.problem import Problem
from bursar.postgres import orphans
from bursar.postgres.programs import programs

PATIENCE_SECONDS: Final = 10
WHOLE: Final = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
"""Options to restore all of a dump or nothing, with everything owned by the user who restores it."""


class ProgramFailed(Problem):
    """{program} of PostgreSQL failed: {detail}"""

    code = "program_failed"


class Pooled(Problem):
    """DATABASE_URL leads to a pooler, whose next client would get what PostgreSQL's programs set; let it name PostgreSQL itself for this command."""  # noqa: E501

    code = "pooled"


def check_direct(url: str) -> None:
    """Raise Pooled unless an address leads to PostgreSQL itself.

    `pg_dump` and `pg_restore` set the search path and more of their session, and a pooler hands the session on: its
    next client would find no table. The number of the server's process is another where a pooler tells it.
    """
    with psycopg.connect(url, connect_timeout=PATIENCE_SECONDS) as connection:
        if connection.execute("SELECT pg_backend_pid()").fetchone() != (connection.info.backend_pid,):
            raise Pooled()


def write_dump(url: str, file: IO[bytes]) -> None:
    """Write a database, as it is at one moment, in PostgreSQL's own format. Errors: ProgramFailed, NoPrograms."""
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password", url=url, output=file)


def read_dump(url: str, file: Path) -> None:
    """Read a dump into a database, the whole or nothing. Errors: ProgramFailed, NoPrograms."""
    # Without --dbname the program prints a script; an empty name means the database in its environment.
    _run("pg_restore", *WHOLE, "--no-password", "--dbname=", str(file), url=url)


def rows_in_dump(file: Path, table: str) -> Iterator[list[str]]:
    """Yield the rows of a table in a dump. Errors: ProgramFailed for any other file, NoPrograms."""
    output = _run("pg_restore", "--data-only", f"--table={table}", "--file=-", str(file)).decode()
    inside = False
    # The format of COPY: a row on each line, its values with tabs between, and \. after the last.
    for line in output.splitlines():
        if line == "\\.":
            inside = False
        elif inside:
            yield line.split("\t")
        elif line.startswith("COPY "):
            inside = True


def _run(program: str, *arguments: str, url: str | None = None, output: IO[bytes] | None = None) -> bytes:
    process = subprocess.run(
        [str(programs(None) / program), *arguments],
        env={**os.environ, **(_reaching(url) if url else {})},
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=orphans.ends_with_us(signal.SIGTERM),
    )
    if process.returncode != 0:
        raise ProgramFailed(program=program, detail=_first(process))
    return process.stdout or b""


def _reaching(url: str) -> dict[str, str]:
    """Return the variables by which PostgreSQL's programs reach the database of an address."""
    options = psycopg.pq.Conninfo.parse(url.encode())
    return {
        option.envvar.decode(): option.val.decode() for option in options if option.envvar and option.val is not None
    }


def _first(process: "subprocess.CompletedProcess[bytes]") -> str:
    """Return the first complaint of a program; later ones may quote rows."""
    lines = process.stderr.decode("utf-8", "replace").splitlines()
    complaints = [line.partition("error: ")[2] for line in lines if "error: " in line]
    return next(iter(complaints or lines), f"it ended with status {process.returncode}")
