"""The least that a page costs here: a bare view, and a view with one query, in the same server as the pages."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from bursar.site.urls import urlpatterns as ours


def bare(request: HttpRequest) -> HttpResponse:
    """Nothing but Django and its middleware."""
    return HttpResponse("floor")


def one_query(request: HttpRequest) -> HttpResponse:
    """One question to the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_account")
        return HttpResponse(str(cursor.fetchone()))


urlpatterns = [path("floor/bare", bare), path("floor/query", one_query), *ours]
