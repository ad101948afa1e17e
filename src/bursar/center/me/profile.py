"""Profile of a person: their name, and the address that they sign in with."""

from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bursar.center.form_fields import posted_fields
from bursar.center.forms import AddressForm, NameForm
from bursar.center.navigation import current_time, redirect_to, signed_in_person
from bursar.center.sign_in.adapter import too_many
from bursar.i18n.problem import message
from bursar.identity.profile import ADDRESS_MINUTES, AddressNotValid, rename
from bursar.notices.actions import is_mail_sent_to
from bursar.notices.addresses import send_address_link, use_address_link


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show and change the person's name; show their address."""
    person = signed_in_person(request)
    form = NameForm(posted_fields(request), initial={"name": person.name})
    if form.is_valid():
        rename(person.pk, name=form.cleaned_data["name"])
        messages.success(request, _("Your name is saved."))
        return redirect_to("me")
    return render(request, "center/me.html", {"form": form, "email": person.email}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Ask for a new address. The answer does not tell if somebody else has it."""
    person = signed_in_person(request)
    form = AddressForm(posted_fields(request), current_address=person.email)
    sends_email = is_mail_sent_to(person.pk)
    content = {"form": form, "email": person.email, "minutes": ADDRESS_MINUTES, "sends_email": sends_email}
    # Without the email that proves it, anybody could take an address that is not theirs.
    if request.method == "POST" and not sends_email:
        return render(request, "center/address.html", content, status=409)
    if not form.is_valid():
        return render(request, "center/address.html", content, status=form.status)
    new_email: str = form.cleaned_data["email"]
    for key in (str(person.pk), new_email.lower()):
        if (too_many_response := too_many(request, "new_address", key)) is not None:
            return too_many_response
    send_address_link(person, new_email, now=current_time())
    return render(request, "center/address.html", {**content, "new_email": new_email, "is_sent": True})


@require_http_methods(["GET", "HEAD", "POST"])
def new_address(request: HttpRequest, secret: str) -> HttpResponse:
    """Confirm a new address by a click on the link sent there; all other sessions end."""
    person = signed_in_person(request)
    if request.method != "POST":
        return render(request, "center/new_address.html")
    try:
        use_address_link(person, secret, now=current_time())
    except AddressNotValid as problem:
        return render(request, "center/problem.html", {"problem": message(problem)}, status=403)
    end_other_sessions(request, person)
    messages.success(request, _("From now on you sign in with this address."))
    return redirect_to("me")
