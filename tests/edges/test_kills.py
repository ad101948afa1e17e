"""Every process of a server is killed while clients work: each comes back, and nothing is lost or there twice."""

import random
import signal
import subprocess
from collections.abc import Iterator

import pytest

from kills import KINDS, Lived

TIMES = 3


@pytest.fixture
def lived(installed: dict[str, str]) -> Iterator[Lived]:
    server = Lived(installed, clients=2, renewing=40)
    server.start()
    yield server
    if server.served is not None and server.served.poll() is None:
        server.stop()


def test_whatever_is_killed_comes_back_and_nothing_is_lost_or_there_twice(lived: Lived) -> None:
    lived.through(TIMES, random.Random(71))
    assert lived.served is not None and lived.served.poll() is None, lived.said()
    lived.check()
    assert lived.renewed() >= TIMES * len(KINDS), lived.report()
    assert {kind: len(times) for kind, times in lived.away.items()} == dict.fromkeys(KINDS, TIMES)
    print(lived.report())
    _it_ends_when_its_database_cannot_come_back(lived)


def _it_ends_when_its_database_cannot_come_back(lived: Lived) -> None:
    control = lived.home / "postgres" / "data" / "global" / "pg_control"
    control.rename(control.with_name("gone"))
    lived.kill("postmaster")
    assert lived.served is not None
    try:
        assert lived.served.wait(60) == 1
    except subprocess.TimeoutExpired:
        lived.served.send_signal(signal.SIGKILL)
        raise
    last = lived.said().strip().splitlines()[-1]
    assert last.startswith("bursar: PostgreSQL ended 6 times in a row, so everything was stopped. Its log says: "), last
    assert "pg_control" in last
