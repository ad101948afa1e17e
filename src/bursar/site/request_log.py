"""Log a line for each request, and answer when something goes wrong on our side."""

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bursar.api import problems
from bursar.center import entrance
from bursar.logs import counters, log, new_request, noted, request_id

HEADER: Final = "Request-Id"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOWHERE: Final = "nowhere"
STATIC: Final = "static"
PROBES: Final = ("healthz", "readyz", "metrics")
"""Routes that programs ask for every few seconds; nothing is logged while all is well."""


class RequestLog:
    """Middleware that gives each request an id and logs one line about it.

    It stands first, so that requests refused by the others are logged too, with the time of all of them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the answer, with the id of the request."""
        began = time.perf_counter()
        with new_request() as new_id:
            response = self.get_response(request)
            response[HEADER] = new_id
            _write(request, response, time.perf_counter() - began)
        return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Log the exception that is being handled, and answer that something went wrong on our side."""
    counters.failures.labels("request").inc()
    log.exception("a request failed", route=route(request))
    if request.path.startswith("/api/"):
        return problems.response(request, problems.Failed(request=request_id()))
    try:
        return entrance.broken(request, request_id())
    except Exception:
        # The fault may lie in what all pages share, such as a template or the database.
        log.exception("the page that says so failed")
        return HttpResponse(f"Something went wrong. {request_id()}", status=500, content_type="text/plain")


def route(request: HttpRequest) -> str:
    """Return the pattern of the address that was asked for: the address itself may hold a secret."""
    if request.resolver_match is not None:
        return request.resolver_match.route
    return STATIC if request.path.startswith(settings.STATIC_URL) else NOWHERE


def _write(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    # A sender may invent methods, and each would be a new series of the counter for good.
    method = request.method if request.method in METHODS else "other"
    facts = {"method": method, "route": route(request), "outcome": _outcome(response.status_code), **noted()}
    if (account := _account(request)) is not None:
        facts["account"] = account
    counters.requests.labels(method, facts["route"], response.status_code).inc()
    counters.seconds.observe(seconds)
    level = log.error if response.status_code >= 500 else log.debug if facts["route"] in PROBES else log.info
    level("request", status=response.status_code, milliseconds=int(seconds * 1000), **facts)


def _outcome(status: int) -> str:
    """Return the outcome of a request by its status, unless a more exact one was noted."""
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else "done"


def _account(request: HttpRequest) -> str | None:
    account_id = request.resolver_match.kwargs.get("account_id") if request.resolver_match else None
    return None if account_id is None else str(UUID(str(account_id)))
