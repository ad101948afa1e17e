"""Answer the requests for pages that do not open to the person."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from bursar.accounts.sandbox import is_sandbox_only
from bursar.center.entrance import not_found, welcome
from bursar.center.navigation import SignInNeeded
from bursar.center.sign_in.proof import is_lent
from bursar.center.sign_in.second_factor import SecondFactorNeeded, render_second_factor_needed
from bursar.center.unsent_forms import drop_form, kept_form, sent_form
from bursar.center.visit import PageClosed, render_page
from bursar.core.messages.problem import NotFound
from bursar.core.policy.member import NotActive
from bursar.i18n.absence import inactive_explanation
from bursar.logs import note
from bursar.policy.queries import current


class Doorkeeper:
    """Middleware that answers for pages that do not open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer of a page.

        A session that a sandbox lent ends as soon as its person is in a live account.
        """
        # The API has no sessions and keeps no forms, and words its own refusals.
        if request.path.startswith("/api/"):
            return self.get_response(request)
        # PostgreSQL keeps no NUL, so a look-up of such an address would fail.
        if "\0" in request.path:
            return not_found(request, Http404())
        if request.user.is_authenticated and is_lent(request) and not is_sandbox_only(request.user.pk):
            logout(request)
        unsent = kept_form(request) if request.method == "POST" else None
        if unsent is not None and unsent.path == request.path:
            # The kept form is sent now. If it is refused again, that answer keeps it anew.
            drop_form(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page that shows how to sign in, that nothing is there, or why it is closed and whom to ask."""
        if isinstance(exception, NotFound | PageClosed | NotActive):
            note(outcome="refused" if isinstance(exception, PageClosed) else exception.code)
        if isinstance(exception, SignInNeeded):
            note(outcome="sign_in_first")
            return welcome(request, status=401)
        if isinstance(exception, SecondFactorNeeded):
            return render_second_factor_needed(request, exception)
        if isinstance(exception, NotFound):
            return not_found(request, exception)
        if isinstance(exception, PageClosed):
            content = {"why_not": exception.explanation, "unsent": sent_form(request)}
            return render_page(request, exception.visit, exception.page, "closed", content, status=403)
        if isinstance(exception, NotActive):
            why_not = inactive_explanation(exception, current(), themselves=True)
            content = {"why_not": why_not, "unsent": sent_form(request)}
            return render(request, "center/turned_away.html", content, status=403)
        return None
