"""Put a server under load by callers that wait for each answer before they call again, and time their waiting."""

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
    """A request to send. An answer that is neither a success nor 304 ends the run: errors are answered fast."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None


Next = Callable[[int, int], Request]
"""The request that a caller sends, by the number of the caller and how often it called before."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures for a number of callers at a time. Unit: seconds; `processor` is the processor time for one call."""

    callers: int
    per_second: float
    median: float
    slowest_percent: float
    processor: float


def under_load(port: int, callers: int, next_request: Next, processor_seconds: Callable[[], float]) -> Figures:
    """Measure so many callers for a while; `processor_seconds` returns what the server's processes have used so far."""
    with ThreadPoolExecutor(callers) as pool:
        # The first calls fill caches and open connections to the database.
        list(pool.map(lambda caller: _call(port, caller, next_request, WARM_SECONDS), range(callers)))
        before, began = processor_seconds(), time.perf_counter()
        waits_of_callers = pool.map(lambda caller: _call(port, caller, next_request, SECONDS), range(callers))
        waits = sorted(wait for waits in waits_of_callers for wait in waits)
        elapsed, processor = time.perf_counter() - began, processor_seconds() - before
    median, slowest_percent = (waits[min(int(len(waits) * part), len(waits) - 1)] for part in (0.5, 0.99))
    return Figures(callers, len(waits) / elapsed, median, slowest_percent, processor / len(waits))


def tag(port: int, request: Request) -> str:
    """Return the `ETag` of the answer to a request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(request.method, request.path, request.body, dict(request.headers))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    etag = answer.getheader("ETag")
    if etag is None:
        raise RuntimeError(f"{request.method} {request.path}: {answer.status}, without an ETag")
    return etag


def _call(port: int, caller: int, next_request: Next, seconds: float) -> list[float]:
    # One connection for all calls, as programs and the proxy in front of pages keep theirs.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    waits: list[float] = []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until or not waits:
        request = next_request(caller, len(waits))
        connection.request(request.method, request.path, request.body, dict(request.headers))
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300 and answer.status != http.HTTPStatus.NOT_MODIFIED:
            raise RuntimeError(f"{request.method} {request.path}: {answer.status} {text[:500].decode()}")
        waits.append(time.perf_counter() - began)
    connection.close()
    return waits
