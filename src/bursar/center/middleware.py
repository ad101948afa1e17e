"""What happens to a page that nobody who is signed in asked for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bursar.accounts.queries import NotFound
from bursar.center.entry import SignInFirst
from bursar.words.problem import said


class Doorkeeper:
    """Answers the two ways in which a page does not open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, as it answers."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """How to sign in, or that there is no such thing."""
        if isinstance(exception, SignInFirst):
            return render(request, "center/welcome.html", status=401)
        if isinstance(exception, NotFound):
            return render(request, "center/problem.html", {"problem": said(exception)}, status=404)
        return None
