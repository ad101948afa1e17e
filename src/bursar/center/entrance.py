"""The first page, the language, the page of the sandbox gateway, and the answers in place of a page that fails."""

from uuid import UUID

from allauth.account.forms import LoginForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import RedirectView

from bursar.accounts.queries import inactive_membership, memberships
from bursar.center.sign_in.demo import demo_accounts, demo_staff
from bursar.center.unsent_forms import drop, keep, kept, of_our_page, sent
from bursar.center.visit import SignInFirst, back, moment, remember_language, signed_in, to, visit
from bursar.checkout import confirm
from bursar.core.messages.problem import NotFound
from bursar.core.money.money import Money
from bursar.i18n import money
from bursar.i18n.problem import said
from bursar.identity.models import Person
from bursar.identity.profile import set_language
from bursar.identity.staff import colleague
from bursar.payments.queries import sandbox_attempt


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Redirect staff to the desk and members to their first account; show anybody else how to sign in."""
    try:
        person = signed_in(request)
    except SignInFirst:
        return welcome(request)
    if kept(request) is not None:
        return to("unsent")
    if colleague(person.pk) is not None:
        return to("desk")
    accounts = memberships(person.pk)
    # A member who is suspended everywhere is led to an account too: it tells them why, and whom to ask.
    first = accounts[0] if accounts else inactive_membership(person.pk)
    return to("account", first[0]) if first else welcome(request, nowhere=True)


@require_safe
def account(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Redirect to the first page of an account that is open to the person."""
    seen = visit(request, account_id)
    if kept(request) is not None:
        return to("unsent")
    return to("subscription" if seen.may("view_subscription") else "capabilities", account_id)


def welcome(request: HttpRequest, *, nowhere: bool = False, status: int = 200) -> HttpResponse:
    """Show how to sign in and, on a demo, the people to sign in as."""
    following = request.get_full_path() if request.method == "GET" and status == 401 else ""
    unsent = sent(request) if status == 401 else None
    if is_kept := unsent is not None and keep(request):
        following = reverse("unsent")
    content = {
        "unsent": unsent,
        "kept": is_kept,
        "nowhere": nowhere,
        "demo": demo_accounts(moment()),
        "crew": demo_staff(),
        "form": LoginForm(request=request),
        "following": following,
    }
    return render(request, "center/welcome.html", content, status=status)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Set the language of the person's pages."""
    code = "fr" if request.POST.get("language") == "fr" else "en"
    if isinstance(request.user, Person):
        set_language(request.user.pk, code)
    return remember_language(back(request), code)


@require_http_methods(["GET", "HEAD", "POST"])
def sandbox(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the page of the sandbox gateway, on which a payer confirms a payment."""
    try:
        attempt = sandbox_attempt(key)
    except NotFound as problem:
        return render(request, "center/problem.html", {"problem": said(problem)}, status=404)
    if request.method == "POST":
        confirmed = request.POST.get("outcome") == "succeeded"
        confirm(key, "succeeded" if confirmed else "failed", now=moment())
        return to("attempt", attempt.account_id, attempt.id)
    amount = money.amount(Money(attempt.amount_minor, attempt.currency))
    content = {"amount": amount, "waiting": attempt.state == "open", "account": attempt.account_id}
    return render(request, "center/sandbox.html", content)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that is not from one of our pages, or is too old."""
    content = {"unsent": sent(request), "again": of_our_page(request)}
    return render(request, "center/form_expired.html", content, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer that there is no such page, for this person at least."""
    return render(request, "center/not_found.html", {"unsent": sent(request)}, status=404)


def broken(request: HttpRequest, request_id: str) -> HttpResponse:
    """Answer that something went wrong on our side, with the id of the request in the log."""
    content = {"request_id": request_id, "unsent": sent(request), "again": True}
    return render(request, "center/broken.html", content, status=500)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer that something was tried too often, with the typed form to send again later."""
    return render(request, "429.html", {"unsent": sent(request), "again": True}, status=429)


@require_http_methods(["GET", "HEAD", "POST"])
def unsent(request: HttpRequest) -> HttpResponse:
    """Show the form that was kept while somebody signed in again, to be sent or discarded."""
    signed_in(request)
    form = kept(request)
    if request.method == "POST":
        drop(request)
    if request.method == "POST" or form is None:
        return to("home")
    return render(request, "center/unsent.html", {"unsent": form})


class MovedPage(RedirectView):
    """Lead from an earlier address of a page to its present one: people have bookmarks, and old emails link to it."""

    permanent = True
    query_string = True
    # A form is not sent on: a browser would turn it into a GET and lose what was typed.
    http_method_names = ("get", "head")
