"""Callers that wait for each answer before they call again, and how long they waited."""

import http
import http.client
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

SECONDS = 1.5
WARM_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; an answer that is neither of success nor 304 ends the run."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


Next = Callable[[int, int], Request]
"""The request that a caller sends, by the number of the caller and how often it called before."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What so many callers at a time met. Unit: seconds, and seconds of processor time for one call."""

    callers: int
    per_second: float
    middle: float
    slow: float
    processor: float


def under_load(port: int, callers: int, next_: Next, spent: Callable[[], float]) -> Figures:
    """What so many callers meet for a while; `spent` says how long the server's processes have computed by now."""
    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(lambda caller: _call(port, caller, next_, WARM_SECONDS), range(callers)))
        before, began = spent(), time.perf_counter()
        waits = [one for many in pool.map(lambda one: _call(port, one, next_, SECONDS), range(callers)) for one in many]
        took, computed = time.perf_counter() - began, spent() - before
    waits.sort()
    middle, slow = (waits[min(int(len(waits) * part), len(waits) - 1)] for part in (0.5, 0.99))
    return Figures(callers, len(waits) / took, middle, slow, computed / len(waits))


def tag(port: int, request: Request) -> str:
    """The `ETag` of what is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(request.method, request.path, request.body, dict(request.headers))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    found = answer.getheader("ETag")
    if found is None:
        raise RuntimeError(f"{request.method} {request.path}: {answer.status}, without an ETag")
    return found


def _call(port: int, caller: int, next_: Next, seconds: float) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    waits: list[float] = []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until or not waits:
        request = next_(caller, len(waits))
        connection.request(request.method, request.path, request.body, dict(request.headers))
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300 and answer.status != http.HTTPStatus.NOT_MODIFIED:
            raise RuntimeError(f"{request.method} {request.path}: {answer.status} {text[:500].decode()}")
        waits.append(time.perf_counter() - began)
    connection.close()
    return waits
