"""`bursar scenario`: play the lives of accounts that are written in plain text, and check what comes of them."""

import difflib
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from bursar.catalog.document import read as read_catalog
from bursar.catalog.document import write as write_catalog
from bursar.cli.files import read_text, say
from bursar.cli.process import child, end, granian, wait_for
from bursar.postgres import running
from bursar.postgres.port import free_port
from bursar.scenario.core_player import CorePlayer
from bursar.scenario.language import Scenario, read
from bursar.scenario.system_player import SystemPlayer
from bursar.scenario.transcript import play as play_scenario

ROOT: Final = Path(__file__).resolve().parents[3]
_files = click.argument("files", nargs=-1, required=True)


@click.group()
def scenario() -> None:
    """Play and check lives of accounts in plain text: each day's actions, and their results.

    Example: bursar scenario check tests/scenarios/worked_example.txt
    """


@scenario.command()
@_files
@click.option("--core-only", is_flag=True, help="Play with the core alone, without a database.")
@click.option("--golden", is_flag=True, help="Write what the core prints into the files instead; read it critically.")
def check(files: tuple[str, ...], core_only: bool, golden: bool) -> None:
    """Play FILES with the core and through a throw-away system; fail where either prints something else.

    The difference is shown as a unified one: "-" is what the file says, "+" is what came of it.

    \b
    Examples:
      bursar scenario check tests/scenarios/*.txt
      bursar scenario check --core-only life.txt
      bursar scenario check --golden life.txt
    """
    lives = [(file, read_text(file)) for file in files]
    if golden:
        for file, text in lives:
            Path(file).write_text(_core_transcript(read(text, file)), encoding="utf-8")
        say(f"{len(lives)} scenarios written")
        return
    wrong = 0
    for file, text in lives:
        transcript = _core_transcript(read(text, file))
        wrong += _print_difference(file, text, transcript, "the core") if transcript != text else 0
    if not core_only:
        with system() as play:
            for file, text in lives:
                transcript = play(read(text, file))
                wrong += _print_difference(file, text, transcript, "the system") if transcript != text else 0
    if wrong:
        raise SystemExit(1)
    say(f"{len(lives)} scenarios hold")


@scenario.command()
@_files
def play(files: tuple[str, ...]) -> None:
    """Print FILES with what the core makes of them.

    Example: bursar scenario play tests/scenarios/worked_example.txt
    """
    for file in files:
        say(_core_transcript(read(read_text(file), file)), nl=False)


def _read_toml(name: str) -> Mapping[str, Any]:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))


def _core_transcript(life: Scenario) -> str:
    return play_scenario(
        life, CorePlayer(read_catalog(_read_toml("catalogs/demo.toml"), 1)), _read_toml("policies/standard.toml")
    )


@contextmanager
def system() -> Iterator[Any]:
    """Provide a function that plays a life on a server and database of its own, which go when the block ends."""
    catalog = write_catalog(read_catalog(_read_toml("catalogs/demo.toml"), 1))
    with tempfile.TemporaryDirectory(prefix="bursar-scenario-") as folder:
        home = Path(folder)
        # If root runs this, PostgreSQL runs as another user, who must pass through to the data.
        home.chmod(0o711)
        with running(home, durable=False) as server:
            key, port = _prepare_database(server.url), free_port()
            environment = {**os.environ, "DATABASE_URL": server.url, "BURSAR_SECRET_KEY": "only for this server"}
            web = child(granian(port), environment)
            try:
                wait_for(port, [web])
                url = f"http://127.0.0.1:{port}/api/v1"
                policy = _read_toml("policies/standard.toml")
                yield lambda life: play_scenario(life, SystemPlayer(url, key, catalog), policy)
            finally:
                end([web])


def _prepare_database(url: str) -> str:
    """Migrate a database, and return a vendor key of it. It runs apart, so that this process keeps its own settings."""
    environment = {**os.environ, "DATABASE_URL": url, "BURSAR_SECRET_KEY": "only for this server"}
    command = [sys.executable, "-m", "bursar.cli", "key", "create", "scenario"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        raise click.ClickException(f"the throw-away system was not made: {result.stderr.strip()}")
    return result.stdout.split()[-1]


def _print_difference(file: str, expected: str, transcript: str, who: str) -> int:
    lines = difflib.unified_diff(
        expected.splitlines(), transcript.splitlines(), file, f"{file}, as {who} plays it", lineterm=""
    )
    say("\n".join(lines))
    return 1
