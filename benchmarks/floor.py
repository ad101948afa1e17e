"""The floor of every call and page: Django without Bursar, on the same server and database."""

import json

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from bursar.site.settings import *  # noqa: F403  # a Django settings file, with nothing around the views

MIDDLEWARE = []
# The library that signs people in does not start without its middleware.
INSTALLED_APPS = [app for app in INSTALLED_APPS if not app.startswith("allauth")]  # noqa: F405
ROOT_URLCONF = __name__
FILLING = json.dumps({"filling": "x" * 3000})
"""As many bytes as the content of an ordinary quote."""


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("here")


def one_query(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_seller LIMIT 1")
        return HttpResponse(str(cursor.fetchone()))


def one_transaction(request: HttpRequest) -> HttpResponse:
    """A row of a quote's size, written and committed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO floor_kept (content) VALUES (%s)", [FILLING])
    return HttpResponse("kept")


urlpatterns = [path("bare", bare), path("one-query", one_query), path("one-transaction", one_transaction)]
