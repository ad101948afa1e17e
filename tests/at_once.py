"""The same thing done by many threads at the same moment."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from bursar.core.messages.problem import Problem


def at_once(number: int, action: Callable[[int], Any]) -> Counter[str]:
    """How often each thing came of it when so many do it at the same moment."""
    ready = Barrier(number)

    def one(turn: int) -> str:
        try:
            ready.wait(30)
            return str(action(turn))
        except Problem as problem:
            return problem.code
        except ExceptionGroup as several:
            return str([repr(exception) for exception in several.exceptions])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return Counter(pool.map(one, range(number)))
