"""Answer programs that watch over Bursar, before anything reads a host, a session or a form.

None of it holds anything about a person. `/metrics` is there only where BURSAR_METRICS_TOKEN is set, and asks for it.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from bursar.api.call import real_now
from bursar.columns.statement import select
from bursar.jobs.queries import last_round
from bursar.logs import note
from bursar.site.metrics import KIND, measured

SILENT: Final = timedelta(minutes=1)
READING: Final = ("GET", "HEAD")
Answer = Callable[[HttpRequest], HttpResponse]


class Operations:
    """Answers /healthz, /readyz and /metrics, and leaves every other address to what comes after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.answers: dict[str, Answer] = {"/healthz": alive, "/readyz": ready}
        if settings.METRICS_TOKEN:
            self.answers["/metrics"] = metrics

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the answer to whoever watches, or that of the page or call."""
        found = self.answers.get(request.path)
        if found is None:
            return self.get_response(request)
        note(route=request.path.strip("/"))
        return found(request) if request.method in READING else HttpResponse(status=405, headers={"Allow": "GET, HEAD"})


def alive(request: HttpRequest) -> HttpResponse:
    """Answer that this process is up."""
    return _fresh(JsonResponse({"alive": True}))


def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 if database, tables and worker are there, else 503 with what is missing."""
    absent = missing(real_now())
    return _fresh(JsonResponse({"ready": not absent, "missing": absent}, status=503 if absent else 200))


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the figures for Prometheus to whoever sends the token."""
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        said = "Send the token of BURSAR_METRICS_TOKEN as: Authorization: Bearer TOKEN\n"
        return HttpResponse(said, status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"})
    return _fresh(HttpResponse(measured(real_now()), content_type=KIND))


def missing(now: datetime) -> list[str]:
    """Return the first of database, migrations and worker that is not there; nothing more can be said without it."""
    try:
        applied = set(select("SELECT app, name FROM django_migrations"))
        if not _needed() <= applied:
            return ["migrations"]
        last = last_round()
    except Error:
        # Without its table of migrations it is a database all the same.
        return ["migrations" if _answers() else "database"]
    return [] if last is not None and now - last.seen_at < SILENT else ["worker"]


def _answers() -> bool:
    try:
        return select("SELECT 1") == [(1,)]
    except Error:
        connection.close()
        return False


@cache
def _needed() -> frozenset[tuple[str, str]]:
    """Return the migrations of this version, which are files and stay the same while the process lives."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
