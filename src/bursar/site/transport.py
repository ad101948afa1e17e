"""Tell browsers to use HTTPS alone, if people reach Bursar by HTTPS."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER: Final = "Strict-Transport-Security"


class StrictTransport:
    """Middleware that gives every answer the header by which a browser keeps to HTTPS.

    Django's own gives it only to requests that came by HTTPS; those that a proxy passes on all come by HTTP.
    Source: RFC 6797, 6.1.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the answer, with the header if Bursar is reached by HTTPS."""
        response = self.get_response(request)
        if settings.HSTS_SECONDS:
            response[HEADER] = f"max-age={settings.HSTS_SECONDS}"
        return response
