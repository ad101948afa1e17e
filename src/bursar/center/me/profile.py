"""Profile of a person: their name, and the address that they sign in with."""

from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bursar.center.form_fields import posted
from bursar.center.forms import AddressForm, NameForm
from bursar.center.sign_in.adapter import too_many
from bursar.center.visit import moment, signed_in, to
from bursar.i18n.problem import said
from bursar.identity.profile import ADDRESS_MINUTES, AddressNotValid, rename
from bursar.notices.actions import is_mail_sent_to
from bursar.notices.addresses import send_address_link, use_address_link


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show and change the person's name; show their address."""
    person = signed_in(request)
    form = NameForm(posted(request), filled={"name": person.name})
    if form.is_valid():
        rename(person.pk, name=form.cleaned_data["name"])
        messages.success(request, _("Your name is saved."))
        return to("me")
    return render(request, "center/me.html", {"form": form, "email": person.email}, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Ask for a new address. The answer does not tell if somebody else has it."""
    person = signed_in(request)
    form = AddressForm(posted(request), present=person.email)
    content = {"form": form, "email": person.email, "minutes": ADDRESS_MINUTES, "sends": is_mail_sent_to(person.pk)}
    if request.method == "POST" and not content["sends"]:
        return render(request, "center/address.html", content, status=409)
    if not form.is_valid():
        return render(request, "center/address.html", content, status=form.status)
    new_email: str = form.cleaned_data["email"]
    for key in (str(person.pk), new_email.lower()):
        if (refused := too_many(request, "new_address", key)) is not None:
            return refused
    send_address_link(person, new_email, now=moment())
    return render(request, "center/address.html", {**content, "given": new_email, "sent": True})


@require_http_methods(["GET", "HEAD", "POST"])
def new_address(request: HttpRequest, secret: str) -> HttpResponse:
    """Confirm a new address by a click on the link sent there; all other sessions end."""
    person = signed_in(request)
    if request.method != "POST":
        return render(request, "center/new_address.html")
    try:
        use_address_link(person, secret, now=moment())
    except AddressNotValid as problem:
        return render(request, "center/problem.html", {"problem": said(problem)}, status=403)
    end_other_sessions(request, person)
    messages.success(request, _("You sign in by this address from now on."))
    return to("me")
