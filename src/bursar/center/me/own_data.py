"""Own data: a page that counts the records about the person, and a download of all of them."""

from itertools import islice

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bursar.center.navigation import signed_in_person
from bursar.erasure.personal_data import personal_records, personal_records_json
from bursar.i18n import money

MOST_COUNTED = 1000
"""The most records of a kind that the page counts: a long history would take long."""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the number of records of each kind."""
    person = signed_in_person(request)
    names = _record_names()
    counts = (
        (name, sum(1 for _record in islice(records, MOST_COUNTED + 1))) for name, records in personal_records(person.pk)
    )
    content = {
        "kinds": [
            (
                names[name],
                money.number(count)
                if count <= MOST_COUNTED
                else _("more than {count}").format(count=money.number(MOST_COUNTED)),
            )
            for name, count in counts
            if count
        ]
    }
    return render(request, "center/own_data.html", content)


@require_safe
def download(request: HttpRequest) -> StreamingHttpResponse:
    """Return all records as JSON."""
    person = signed_in_person(request)
    # Streamed, because the history of somebody who was here for years may be long.
    response = StreamingHttpResponse(personal_records_json(person.pk), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="bursar-own-data.json"'
    return response


def _record_names() -> dict[str, str]:
    """Return the name of each kind of record."""
    return {
        "person": _("Your name, address and language"),
        "former_names": _("Your former names"),
        "addresses": _("Other addresses that you asked for or had"),
        "memberships": _("Accounts you are or were in"),
        "staff": _("Roles at the vendor"),
        "representative_of": _("Accounts that you represent the vendor to"),
        "recipient_of_invoices": _("Accounts whose invoices are sent to you"),
        "second_factors": _("Second factors and passkeys, with when they were used"),
        "identities": _("Identities at the single sign-on"),
        "sessions": _("Sessions, with network address and browser"),
        "sign_in_links": _("Sign-in links that were sent to you"),
        "sent_over_by_the_product": _("Times that the product signed you in"),
        "emails_not_wanted": _("Emails that you turned off"),
        "emails_about_sign_in": _("Emails about your sign-in"),
        "emails": _("Other emails to you"),
        "seats": _("Seats you have or had"),
        "last_seen_in_the_product": _("Days on which you were last seen in the product"),
        "requests": _("Requests you made"),
        "answers_to_requests": _("Requests you answered"),
        "quotes": _("Prices you looked at"),
        "overrides": _("Exceptions you made"),
        "history": _("What you did, in the history"),
    }
