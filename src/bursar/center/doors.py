"""Signing in and out, the language, and the page of the sandbox gateway."""

from uuid import UUID

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bursar.accounts.keys import LinkNotValid, use_link
from bursar.accounts.models import Person
from bursar.accounts.queries import NotFound, memberships
from bursar.center.entry import SignInFirst, moment, remember_language, signed_in, to
from bursar.checkout.pay import carry_out
from bursar.core.money import Money
from bursar.gateways.sandbox import Sandbox
from bursar.payments.queries import attempt_of_key
from bursar.words import money
from bursar.words.problem import said


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first account of whoever is signed in; otherwise how to sign in."""
    try:
        mine = memberships(signed_in(request).pk)
    except SignInFirst:
        return render(request, "center/welcome.html")
    return to("subscription", mine[0][0]) if mine else render(request, "center/welcome.html", {"nowhere": True})


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, secret: str) -> HttpResponse:
    """A link asks for one click, so that programs that look at links sign nobody in."""
    if request.method != "POST":
        return render(request, "center/sign_in.html")
    try:
        person = use_link(secret, now=moment())
    except LinkNotValid as problem:
        return render(request, "center/problem.html", {"problem": said(problem)}, status=403)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return remember_language(to("home"), person.locale)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Nobody is signed in any more."""
    logout(request)
    return to("home")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak the person's language from now on."""
    wanted = "fr" if request.POST.get("language") == "fr" else "en"
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
        following = "/"
    if isinstance(request.user, Person):
        Person.objects.filter(pk=request.user.pk).update(locale=wanted)
    return remember_language(HttpResponseRedirect(following), wanted)


@require_http_methods(["GET", "POST"])
def sandbox(request: HttpRequest, key: UUID) -> HttpResponse:
    """Where the sandbox gateway sends a payer to confirm a payment."""
    try:
        attempt = attempt_of_key(key)
    except NotFound as problem:
        return render(request, "center/problem.html", {"problem": said(problem)}, status=404)
    if request.method == "POST":
        confirmed = request.POST.get("outcome") == "succeeded"
        charge = Sandbox().authenticate(str(key), "succeeded" if confirmed else "failed")
        carry_out(attempt, charge, now=moment())
        return to("subscription", attempt.account_id)
    amount = money.amount(Money(attempt.amount_minor, attempt.currency))
    return render(request, "center/sandbox.html", {"amount": amount, "waiting": attempt.state == "open"})
