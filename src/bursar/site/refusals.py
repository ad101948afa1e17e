"""Answer requests that could not be read."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from bursar.api.problems import response, status
from bursar.core.messages.problem import Problem
from bursar.i18n.problem import message

REFUSED: Final = "bursar.refused"
"""The key of the environment under which a refused request has its problem."""


class Refusals:
    """Middleware that answers a request that could not be read: the API by a problem document, pages by its sentence.

    It stands after the choice of language, and before anything that looks for a person or a form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the refusal, or the answer of the page or call."""
        problem: Problem | None = request.META.get(REFUSED)
        if problem is None:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return response(request, problem)
        return HttpResponse(message(problem), status=status(problem), content_type="text/plain; charset=utf-8")
