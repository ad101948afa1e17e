"""What the API answers where its routes are not asked at all."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bursar.api.call import WrongMethod
from bursar.api.problems import nothing_at, response


class Methods:
    """Answers a method that an address of the API does not have as a problem, like everything else that is wrong."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or the problem in its place; nothing is at an address that a database cannot keep."""
        if "\0" in request.path:
            return response(request, nothing_at(request))
        answer = self.get_response(request)
        if answer.status_code != 405 or not request.path.startswith("/api/"):
            return answer
        allowed = ", ".join(sorted(answer["Allow"].split(", ")))
        said = response(request, WrongMethod(allowed=allowed))
        said["Allow"] = allowed
        return said
