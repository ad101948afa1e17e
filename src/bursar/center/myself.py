"""Who somebody is, as they say themselves: the name they go by, and the address by which they sign in."""

from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bursar.accounts.models import Person
from bursar.accounts.oneself import ADDRESS_MINUTES, AddressNotValid, rename
from bursar.center.adapter import too_many
from bursar.center.entry import moment, signed_in, to
from bursar.center.fields import MOST_NAME, wrong_email, wrong_name
from bursar.notices.actions import goes_out
from bursar.notices.addresses import ask, confirm
from bursar.words.problem import said


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The name that somebody goes by here, and another one; and their address."""
    person = signed_in(request)
    name, wrong = person.name, ""
    if request.method == "POST":
        name = request.POST.get("name", "").strip()
        if not (wrong := wrong_name(name, _("Give your name."))):
            rename(person.pk, name=name)
            messages.success(request, _("Your name is saved."))
            return to("me")
    content = {"name": name, "wrong": wrong, "longest": MOST_NAME, "email": person.email}
    return render(request, "center/me.html", content, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Ask for another address. What is answered does not tell whether somebody else has it."""
    person = signed_in(request)
    given = request.POST.get("email", "").strip()
    content = {"email": person.email, "given": given, "minutes": ADDRESS_MINUTES, "sends": goes_out(person.pk)}
    if request.method != "POST" or not content["sends"]:
        return render(request, "center/address.html", content, status=409 if request.method == "POST" else 200)
    if wrong := _wrong(person, given):
        return render(request, "center/address.html", {**content, "wrong": wrong}, status=422)
    for key in (str(person.pk), given.lower()):
        if (refused := too_many(request, "new_address", key)) is not None:
            return refused
    ask(person, given, now=moment())
    return render(request, "center/address.html", {**content, "sent": True})


@require_http_methods(["GET", "HEAD", "POST"])
def new_address(request: HttpRequest, secret: str) -> HttpResponse:
    """Whoever asked for an address has it by one click on the link sent there, and is signed out everywhere else."""
    person = signed_in(request)
    if request.method != "POST":
        return render(request, "center/new_address.html")
    try:
        confirm(person, secret, now=moment())
    except AddressNotValid as problem:
        return render(request, "center/problem.html", {"problem": said(problem)}, status=403)
    end_other_sessions(request, person)
    messages.success(request, _("You sign in by this address from now on."))
    return to("me")


def _wrong(person: Person, given: str) -> str:
    return _("That is your address already.") if given.lower() == person.email.lower() else wrong_email(given)
