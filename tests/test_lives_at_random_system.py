"""Whatever people and vendors do in whatever order, the whole system tells the same of it as the core."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings

from bursar.cli.scenario import system
from bursar.scenario.language import Scenario
from random_moves import SAME_EVERY_TIME, lives
from soak import by_the_core, by_the_system


@pytest.fixture(scope="module")
def play() -> Iterator[Callable[[Scenario], str]]:
    with pytest.MonkeyPatch.context() as patched:
        # Its connections to the database last, as they do for an operator.
        patched.delenv("BURSAR_CONN_MAX_AGE", raising=False)
        with system() as player:
            yield player


@given(life=lives(4, 24))
@settings(SAME_EVERY_TIME, max_examples=15)
def test_the_system_tells_any_life_as_the_core_does(play: Callable[[Scenario], str], life: str) -> None:
    by_the_system(life, by_the_core(life), play)
