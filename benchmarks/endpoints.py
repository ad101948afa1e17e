"""Measure calls and pages over HTTP: waiting times, answers a second, and processor time for each answer."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count

from benchmarks.load import Figures, Next, Request, tag, under_load
from benchmarks.processes import computed
from benchmarks.served import CALLERS, Served

ROUNDS = 3
# Each change sets another number: one that changes nothing would be refused.
SEATS = count(11)
QUOTE = {"edits": [{"edit": "set_seats", "product": "support", "seats": 12}]}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address with the requests to send to it, of Bursar or of bare Django."""

    what: str
    next: Next
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """An endpoint with the best figures for each number of callers."""

    endpoint: Endpoint
    figures: tuple[Figures, ...]


def calls(served: Served) -> list[Results]:
    """Measure the API with one caller and with eight, after its floors."""
    headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}

    def get(name: str, caller: int, number: int) -> Request:
        return Request("GET", f"/api/v1/accounts/{served.accounts[caller]}/{name}", headers)

    def unchanged(caller: int, number: int) -> Request:
        """Return a request with the ETag of the last answer."""
        return Request("GET", f"/api/v1/accounts/{served.accounts[caller]}/entitlements", {**headers, **tagged[caller]})

    def quote(caller: int, number: int) -> Request:
        path = f"/api/v1/accounts/{served.accounts[caller]}/quotes"
        return Request("POST", path, headers, json.dumps(QUOTE).encode())

    def change(caller: int, number: int) -> Request:
        # Accounts of each caller's own: changes of one account wait for its lock, as they should.
        mine = served.accounts[caller::CALLERS]
        edit = {"edit": "set_seats", "product": "support", "seats": next(SEATS)}
        body = json.dumps({"edits": [edit]}).encode()
        return Request("POST", f"/api/v1/accounts/{mine[number % len(mine)]}/changes", headers, body)

    tagged = [{"If-None-Match": tag(served.port, get("entitlements", caller, 0))} for caller in range(CALLERS)]
    endpoints = (
        Endpoint("Django: a bare view", _floor("bare"), bare=True),
        Endpoint("Django: one query", _floor("one-query"), bare=True),
        Endpoint("Django: one transaction, one row", _floor("one-transaction"), bare=True),
        Endpoint("`GET entitlements`", partial(get, "entitlements")),
        Endpoint("`GET entitlements`, answered 304", unchanged),
        Endpoint("`GET capabilities`", partial(get, "capabilities")),
        Endpoint("`GET subscription`", partial(get, "subscription")),
        Endpoint("`POST quotes`", quote),
        Endpoint("`POST changes`", change),
    )
    return _measure(served, endpoints, (1, CALLERS))


def pages(served: Served) -> list[Results]:
    """Measure the pages of an account with ten items and fifty changes, after their floors."""
    headers = {"Cookie": served.cookie, "Accept-Language": "en"}

    def page(name: str, caller: int, number: int) -> Request:
        return Request("GET", f"/accounts/{served.large}/{name}", headers)

    endpoints = (
        Endpoint("Django: a bare view", _floor("bare"), bare=True),
        Endpoint("Django: one query", _floor("one-query"), bare=True),
        Endpoint("Subscription", partial(page, "subscription")),
        Endpoint("Manage", partial(page, "manage")),
    )
    return _measure(served, endpoints, (1, 2))


def _floor(name: str) -> Next:
    return lambda caller, number: Request("GET", f"/{name}", {})


def _measure(served: Served, endpoints: Sequence[Endpoint], callers: Sequence[int]) -> list[Results]:
    """Measure every endpoint in turn, several times over, so that a noisy moment meets all. The best figures count."""
    tries: dict[tuple[str, int], list[Figures]] = {}
    for _ in range(ROUNDS):
        for endpoint in endpoints:
            for number in callers:
                tries.setdefault((endpoint.what, number), []).append(_try_once(served, endpoint, number))
    return [
        Results(endpoint, tuple(_best(tries[endpoint.what, number]) for number in callers)) for endpoint in endpoints
    ]


def _try_once(served: Served, endpoint: Endpoint, callers: int) -> Figures:
    port, web = (served.floor_port, served.floor) if endpoint.bare else (served.port, served.web)
    return under_load(port, callers, endpoint.next, partial(computed, web, served.database))


def _best(tries: Sequence[Figures]) -> Figures:
    """Return the best of each figure."""
    # Other work on the machine only ever makes a figure worse, so the best one is nearest to the truth.
    return Figures(
        tries[0].callers,
        max(figures.per_second for figures in tries),
        min(figures.median for figures in tries),
        min(figures.slowest_percent for figures in tries),
        min(figures.processor for figures in tries),
    )


def lines(measured: Sequence[Results]) -> Iterator[tuple[str, ...]]:
    """Yield a row of a table for each endpoint and number of callers."""
    for results in measured:
        for figures in results.figures:
            yield (
                results.endpoint.what,
                str(figures.callers),
                f"{figures.per_second:.0f}",
                f"{figures.median * 1000:.1f}",
                f"{figures.slowest_percent * 1000:.1f}",
                f"{figures.processor * 1000:.2f}",
            )
