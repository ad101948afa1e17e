"""Plays lives at random for some minutes, by the core and through the whole system, and then kills a server's processes.

`MINUTES` says how long and `SEED` where to begin; a round of each follows the other until time is up. A life that goes
wrong is printed as small as it gets, with its seed, to be saved on the shelf. `KILLS` says how many times each process is
killed while clients work.
"""

import difflib
import os
import random
import secrets
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from hypothesis import given, seed, settings

from account_in_memory import CATALOG
from audit import Auditor
from bursar.cli.scenario import system
from bursar.scenario.core_player import CorePlayer
from bursar.scenario.language import Scenario, read
from bursar.scenario.transcript import play as tell
from kills import Lived, alone
from random_moves import SHRUNK_AND_FORGOTTEN, lives
from random_scenario import POLICY

played: Counter[str] = Counter()
latest = ""


def by_the_core(life: str) -> str:
    """What the core tells of a life; its books were checked on the way, and it tells the same twice."""
    global latest
    latest = life
    player = Auditor(CATALOG)
    told = tell(read(life, "life"), player, POLICY)
    assert tell(read(told, "life"), CorePlayer(CATALOG), POLICY) == told, "the same life told twice is not the same"
    played.update(lives=1, steps=len(read(life, "life").steps), documents=len(player.ledger.issued))
    return told


def by_the_system(life: str, expected: str, play: Callable[[Scenario], str]) -> None:
    """The system tells of a life what the core tells of it."""
    told = play(read(life, "life"))
    differs = difflib.unified_diff(expected.splitlines(), told.splitlines(), "the core", "the system", lineterm="")
    assert told == expected, "\n".join(differs)
    played.update({"lives through the system": 1})


def soak(minutes: float, first: int) -> None:
    """Play rounds until time is up; each has a seed of its own, counted from the first."""
    until = monotonic() + 60 * minutes
    with system() as play:
        for number in range(first, sys.maxsize):
            _round(number, 150, by_the_core, until)
            _round(number, 25, lambda life: by_the_system(life, by_the_core(life), play), until)
            if monotonic() >= until:
                return


def _round(number: int, most: int, check: Callable[[str], object], until: float) -> None:
    """Play up to so many lives, none begun when time is up, except those that make one that went wrong smaller."""
    wrong = False

    @seed(number)
    @settings(SHRUNK_AND_FORGOTTEN, max_examples=most)
    @given(life=lives())
    def every(life: str) -> None:
        nonlocal wrong
        if monotonic() >= until and not wrong:
            return
        try:
            check(life)
        except BaseException:
            wrong = True
            raise

    every()


def kill(times: int, first: int) -> None:
    """Kill each process of a server so many times at random while clients work, and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="bursar-soak-") as folder:
        Path(folder).chmod(0o711)
        lived = Lived(alone(Path(folder)), clients=4, renewing=20 * times)
        lived.start()
        try:
            lived.through(times, random.Random(first))
            lived.check()
        finally:
            print(lived.report())
            lived.stop()


def main() -> None:
    """Soak for MINUTES from SEED on, kill each process KILLS times, and say what was played and killed."""
    first = int(os.environ.get("SEED") or secrets.randbelow(10**9))
    try:
        soak(float(os.environ.get("MINUTES") or 10), first)
    except BaseException:
        print(f"\nThis life went wrong, in the rounds from SEED={first} on:\n\n{latest}", file=sys.stderr)
        raise
    finally:
        print(f"{', '.join(f'{count} {what}' for what, count in played.items())}; SEED={first}")
    times = int(os.environ.get("KILLS") or 50)
    if times:
        kill(times, first)


if __name__ == "__main__":
    main()
