"""Where a person is signed in, and ending all of these sessions but the one at hand."""

from allauth.usersessions.forms import ManageUserSessionsForm
from allauth.usersessions.views import ListUserSessionsView
from django.http import HttpResponse

from bursar.accounts.keys import void_links
from bursar.center.visit import signed_in


class Sessions(ListUserSessionsView):  # type: ignore[misc]  # the library has no types
    """The page of the library, whose form also ends the ways in that somebody else may have been sent."""

    def form_valid(self, form: ManageUserSessionsForm) -> HttpResponse:
        """End the other sessions, and void the sign-in links that were not used."""
        answer: HttpResponse = super().form_valid(form)
        void_links(signed_in(self.request).pk)
        return answer
