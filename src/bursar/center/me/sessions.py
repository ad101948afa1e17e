"""Sessions of a person, with a form that ends all others."""

from allauth.usersessions.forms import ManageUserSessionsForm
from allauth.usersessions.views import ListUserSessionsView
from django.http import HttpResponse

from bursar.accounts.keys import void_links
from bursar.center.navigation import signed_in_person


class Sessions(ListUserSessionsView):  # type: ignore[misc]  # the library has no types
    """The library's page, whose form also voids unused sign-in links."""

    def form_valid(self, form: ManageUserSessionsForm) -> HttpResponse:
        """End the other sessions, and void the sign-in links that were not used."""
        response: HttpResponse = super().form_valid(form)
        # A link that lies unused in a mailbox would let in whoever was just signed out.
        void_links(signed_in_person(self.request).pk)
        return response
