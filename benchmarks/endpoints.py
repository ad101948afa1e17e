"""Calls and pages over HTTP: what a caller waits, how many are answered, and what answering computes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count

from benchmarks.load import Figures, Next, Request, tag, under_load
from benchmarks.processes import computed
from benchmarks.served import CALLERS, Served

ROUNDS = 3
SEATS = count(11)
QUOTE = {"edits": [{"edit": "set_seats", "product": "support", "seats": 12}]}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Something that is called, on Bursar or on bare Django."""

    what: str
    next: Next
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """A door with the figures of its best round for each number of callers."""

    endpoint: Endpoint
    figures: tuple[Figures, ...]


def calls(served: Served) -> list[Answered]:
    """The API at one caller and at eight, after its floors."""
    headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}

    def get(name: str, caller: int, number: int) -> Request:
        return Request("GET", f"/api/v1/accounts/{served.accounts[caller]}/{name}", headers)

    def known(caller: int, number: int) -> Request:
        """What is asked again with the tag of the last answer."""
        return Request("GET", f"/api/v1/accounts/{served.accounts[caller]}/entitlements", {**headers, **tagged[caller]})

    def quote(caller: int, number: int) -> Request:
        path = f"/api/v1/accounts/{served.accounts[caller]}/quotes"
        return Request("POST", path, headers, json.dumps(QUOTE).encode())

    def change(caller: int, number: int) -> Request:
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
        Endpoint("`GET entitlements`, answered 304", known),
        Endpoint("`GET capabilities`", partial(get, "capabilities")),
        Endpoint("`GET subscription`", partial(get, "subscription")),
        Endpoint("`POST quotes`", quote),
        Endpoint("`POST changes`", change),
    )
    return _answered(served, endpoints, (1, CALLERS))


def pages(served: Served) -> list[Answered]:
    """The pages of an account with ten items and fifty changes, signed in, after their floors."""
    headers = {"Cookie": served.cookie, "Accept-Language": "en"}

    def page(name: str, caller: int, number: int) -> Request:
        return Request("GET", f"/accounts/{served.large}/{name}", headers)

    endpoints = (
        Endpoint("Django: a bare view", _floor("bare"), bare=True),
        Endpoint("Django: one query", _floor("one-query"), bare=True),
        Endpoint("Subscription", partial(page, "subscription")),
        Endpoint("Manage", partial(page, "manage")),
    )
    return _answered(served, endpoints, (1, 2))


def _floor(name: str) -> Next:
    return lambda caller, number: Request("GET", f"/{name}", {})


def _answered(served: Served, endpoints: Sequence[Endpoint], callers: Sequence[int]) -> list[Answered]:
    """Every door in turn, several times over, so that a noisy moment meets all; the best round of each counts."""
    tries: dict[tuple[str, int], list[Figures]] = {}
    for _ in range(ROUNDS):
        for endpoint in endpoints:
            for many in callers:
                tries.setdefault((endpoint.what, many), []).append(_tried(served, endpoint, many))
    return [Answered(endpoint, tuple(_best(tries[endpoint.what, many]) for many in callers)) for endpoint in endpoints]


def _tried(served: Served, endpoint: Endpoint, callers: int) -> Figures:
    port, web = (served.floor_port, served.floor) if endpoint.bare else (served.port, served.web)
    return under_load(port, callers, endpoint.next, partial(computed, web, served.database))


def _best(tries: Sequence[Figures]) -> Figures:
    """The best of each figure."""
    return Figures(
        tries[0].callers,
        max(one.per_second for one in tries),
        min(one.middle for one in tries),
        min(one.slow for one in tries),
        min(one.processor for one in tries),
    )


def lines(answered: Sequence[Answered]) -> Iterator[tuple[str, ...]]:
    """A row of a table for each door and number of callers."""
    for one in answered:
        for figures in one.figures:
            yield (
                one.endpoint.what,
                str(figures.callers),
                f"{figures.per_second:.0f}",
                f"{figures.middle * 1000:.1f}",
                f"{figures.slow * 1000:.1f}",
                f"{figures.processor * 1000:.2f}",
            )
