"""Answer the calls that reach no route: another method, or a path that no database can keep."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bursar.api.call import WrongMethod
from bursar.api.problems import no_such_address, response


class Methods:
    """Middleware that answers a wrong method with a problem, like every other error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer, or a problem in its place."""
        # PostgreSQL keeps no NUL, so a look-up of such a path would fail.
        if "\0" in request.path:
            return response(request, no_such_address(request))
        answer = self.get_response(request)
        # Ninja answers a wrong method in plain text, and no exception handler sees it.
        if answer.status_code != 405 or not request.path.startswith("/api/"):
            return answer
        # Ninja lists methods in the order of a set, which differs from process to process.
        allowed = ", ".join(sorted(answer["Allow"].split(", ")))
        problem = response(request, WrongMethod(allowed=allowed))
        problem["Allow"] = allowed
        return problem
