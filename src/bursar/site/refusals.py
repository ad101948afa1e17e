"""Requests that are refused before anybody looks at what they ask."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from bursar.api.problems import response, status
from bursar.core.messages.problem import Problem
from bursar.i18n.problem import message

REFUSED: Final = "bursar.refused"
"""Where the environment of a request has the problem for which it is refused."""


class Refusals:
    """Answers a request that could not be read: programs by a problem document, everybody else by its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the refusal, or what the request is answered."""
        problem: Problem | None = request.META.get(REFUSED)
        if problem is None:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return response(request, problem)
        return HttpResponse(message(problem), status=status(problem), content_type="text/plain; charset=utf-8")
