"""Answer programs that watch over Bursar, before anything reads a host, a session or a form.

No answer holds anything about a person. `/metrics` exists only if BURSAR_METRICS_TOKEN is set, and asks for that token.
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
from bursar.site.metrics import KIND, figures

SILENT: Final = timedelta(minutes=1)
READ_METHODS: Final = ("GET", "HEAD")
Answer = Callable[[HttpRequest], HttpResponse]


class Operations:
    """Middleware that answers /healthz, /readyz and /metrics.

    It stands before the check of host names: probes come by the address of a container, which no setting names.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.answers: dict[str, Answer] = {"/healthz": alive, "/readyz": ready}
        if settings.METRICS_TOKEN:
            self.answers["/metrics"] = metrics

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the answer to a probe, or that of the page or call."""
        answer = self.answers.get(request.path)
        if answer is None:
            return self.get_response(request)
        note(route=request.path.strip("/"))
        return (
            answer(request)
            if request.method in READ_METHODS
            else HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        )


def alive(request: HttpRequest) -> HttpResponse:
    """Answer that this process is up."""
    # Without asking the database: a process must not be killed because the database is away.
    return _uncached(JsonResponse({"alive": True}))


def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 if database, tables and worker are there, else 503 with what is missing."""
    missing_parts = missing(real_now())
    return _uncached(
        JsonResponse({"ready": not missing_parts, "missing": missing_parts}, status=503 if missing_parts else 200)
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the figures for Prometheus to a request with the token."""
    authorization = request.headers.get("Authorization", "")
    # In constant time: an ordinary comparison tells by its length how much of a guess is right.
    if not hmac.compare_digest(authorization.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        advice = "Send the token of BURSAR_METRICS_TOKEN as: Authorization: Bearer TOKEN\n"
        return HttpResponse(advice, status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"})
    return _uncached(HttpResponse(figures(real_now()), content_type=KIND))


def missing(now: datetime) -> list[str]:
    """Return the first of database, migrations and worker that is missing; each needs the one before."""
    try:
        applied = set(select("SELECT app, name FROM django_migrations"))
        if not _migrations_of_this_version() <= applied:
            return ["migrations"]
        last = last_round()
    except Error:
        # A database that answers but has no table of migrations is an empty one.
        return ["migrations" if _database_answers() else "database"]
    return [] if last is not None and now - last.seen_at < SILENT else ["worker"]


def _database_answers() -> bool:
    try:
        return select("SELECT 1") == [(1,)]
    except Error:
        # A broken connection stays broken; the next probe opens another.
        connection.close()
        return False


@cache
def _migrations_of_this_version() -> frozenset[tuple[str, str]]:
    """Return the migrations of this version, which are files and stay the same while the process lives."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
