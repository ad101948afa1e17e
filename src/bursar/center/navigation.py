"""Navigation: the person who is signed in, the time, and redirects; what pages need that belong to no account."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from bursar.identity.models import Person


class SignInNeeded(Exception):
    """Raised where a page needs somebody who is signed in."""


def signed_in_person(request: HttpRequest) -> Person:
    """Return the person who is signed in. Errors: SignInNeeded."""
    if not isinstance(request.user, Person):
        raise SignInNeeded
    return request.user


def current_time() -> datetime:
    """Return the time now. The edges read the clock; everything below gets the time as a parameter."""
    return datetime.now(UTC)


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    """Return the response with a cookie that sets the language of later pages."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        # A year, because it also serves people who are signed out, on this device.
        max_age=365 * 86400,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
    return response


def redirect_back(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the page that a form was sent from, never to another site."""
    following = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(following if is_ours else "/")


def redirect_to(name: str, *arguments: object) -> HttpResponseRedirect:
    """Redirect to another page."""
    return HttpResponseRedirect(reverse(name, args=arguments))
