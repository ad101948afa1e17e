"""What happens to a page that does not open to whoever asks for it."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from bursar.accounts.sandbox import only_in_sandboxes
from bursar.center.entrance import not_found, welcome
from bursar.center.sign_in.proof import lent
from bursar.center.sign_in.second_factor import FactorFirst, factor_first
from bursar.center.unsent_forms import drop, kept, sent
from bursar.center.visit import Closed, SignInFirst, shown
from bursar.core.messages.problem import NotFound
from bursar.core.policy.member import NotActive
from bursar.i18n.absence import turned_away
from bursar.logs import note
from bursar.policy.queries import current


class Doorkeeper:
    """Answers the ways in which a page does not open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, as it answers; no page has an address that a database cannot keep.

        An identity that a sandbox lent is given back as soon as it is more than a sandbox's.
        """
        if request.path.startswith("/api/"):
            return self.get_response(request)
        if "\0" in request.path:
            return not_found(request, Http404())
        if request.user.is_authenticated and lent(request) and not only_in_sandboxes(request.user.pk):
            logout(request)
        waiting = kept(request) if request.method == "POST" else None
        if waiting is not None and waiting.path == request.path:
            # It is sent now; whoever refuses it keeps what was typed.
            drop(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """How to sign in, that there is no such thing, or why it is not open and what to do or whom to ask."""
        if isinstance(exception, NotFound | Closed | NotActive):
            note(outcome="refused" if isinstance(exception, Closed) else exception.code)
        if isinstance(exception, SignInFirst):
            note(outcome="sign_in_first")
            return welcome(request, status=401)
        if isinstance(exception, FactorFirst):
            return factor_first(request, exception)
        if isinstance(exception, NotFound):
            return not_found(request, exception)
        if isinstance(exception, Closed):
            content = {"why_not": exception.why_not, "unsent": sent(request)}
            return shown(request, exception.seen, exception.here, "closed", content, status=403)
        if isinstance(exception, NotActive):
            why_not = turned_away(exception, current(), themselves=True)
            content = {"why_not": why_not, "unsent": sent(request)}
            return render(request, "center/turned_away.html", content, status=403)
        return None
