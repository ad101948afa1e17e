"""The first page, the language, the page of the sandbox gateway, and the answers in place of a page that fails."""

from uuid import UUID

from allauth.account.forms import LoginForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import RedirectView

from bursar.accounts.queries import inactive_membership, memberships
from bursar.center.navigation import (
    SignInNeeded,
    current_time,
    redirect_back,
    redirect_to,
    remember_language,
    signed_in_person,
)
from bursar.center.sign_in.demo import demo_accounts, demo_staff
from bursar.center.unsent_forms import drop_form, is_from_our_page, keep_form, kept_form, sent_form
from bursar.center.visit import open_visit
from bursar.checkout import confirm
from bursar.core.messages.problem import NotFound
from bursar.core.money.money import Money
from bursar.i18n import money
from bursar.i18n.problem import message
from bursar.identity.models import Person
from bursar.identity.profile import set_language
from bursar.identity.staff import colleague
from bursar.payments.queries import sandbox_attempt


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Redirect staff to the desk and members to their first account; show anybody else how to sign in."""
    try:
        person = signed_in_person(request)
    except SignInNeeded:
        return welcome(request)
    # Shown before anything else, because it is kept for an hour only and somebody wants it sent.
    if kept_form(request) is not None:
        return redirect_to("unsent")
    if colleague(person.pk) is not None:
        return redirect_to("desk")
    accounts = memberships(person.pk)
    # A member who is suspended everywhere is led to an account too: it tells them why, and whom to ask.
    first = accounts[0] if accounts else inactive_membership(person.pk)
    return redirect_to("account", first[0]) if first else welcome(request, without_account=True)


@require_safe
def account_home(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Redirect to the first page of an account that is open to the person."""
    visit = open_visit(request, account_id)
    if kept_form(request) is not None:
        return redirect_to("unsent")
    return redirect_to("subscription" if visit.may("view_subscription") else "capabilities", account_id)


def welcome(request: HttpRequest, *, without_account: bool = False, status: int = 200) -> HttpResponse:
    """Show how to sign in and, on a demo, the people to sign in as."""
    # After signing in (401) a page is opened again by its address. A form cannot be, so it is kept to be sent.
    next_address = request.get_full_path() if request.method == "GET" and status == 401 else ""
    unsent = sent_form(request) if status == 401 else None
    if is_kept := unsent is not None and keep_form(request):
        next_address = reverse("unsent")
    content = {
        "unsent": unsent,
        "is_kept": is_kept,
        "without_account": without_account,
        "demo_accounts": demo_accounts(current_time()),
        "demo_staff": demo_staff(),
        "form": LoginForm(request=request),
        "next_address": next_address,
    }
    return render(request, "center/welcome.html", content, status=status)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Set the language of the person's pages."""
    code = "fr" if request.POST.get("language") == "fr" else "en"
    if isinstance(request.user, Person):
        set_language(request.user.pk, code)
    return remember_language(redirect_back(request), code)


@require_http_methods(["GET", "HEAD", "POST"])
def sandbox_gateway(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the page of the sandbox gateway, on which a payer confirms a payment."""
    try:
        # Nobody need be signed in, as at a real bank: whoever has the link may confirm, and the key cannot be guessed.
        attempt = sandbox_attempt(key)
    except NotFound as problem:
        return render(request, "center/problem.html", {"problem": message(problem)}, status=404)
    if request.method == "POST":
        is_confirmed = request.POST.get("outcome") == "succeeded"
        confirm(key, "succeeded" if is_confirmed else "failed", now=current_time())
        return redirect_to("attempt", attempt.account_id, attempt.id)
    amount = money.amount(Money(attempt.amount_minor, attempt.currency))
    content = {"amount": amount, "is_waiting": attempt.state == "open", "account": attempt.account_id}
    return render(request, "center/sandbox.html", content)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that is not from one of our pages, or is too old."""
    content = {"unsent": sent_form(request), "can_resend": is_from_our_page(request)}
    return render(request, "center/form_expired.html", content, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer that there is no such page, for this person at least."""
    return render(request, "center/not_found.html", {"unsent": sent_form(request)}, status=404)


def broken(request: HttpRequest, request_id: str) -> HttpResponse:
    """Answer that something went wrong on our side, with the id of the request in the log."""
    content = {"request_id": request_id, "unsent": sent_form(request), "can_resend": True}
    return render(request, "center/broken.html", content, status=500)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer that something was tried too often, with the typed form to send again later."""
    return render(request, "429.html", {"unsent": sent_form(request), "can_resend": True}, status=429)


@require_http_methods(["GET", "HEAD", "POST"])
def unsent_form_page(request: HttpRequest) -> HttpResponse:
    """Show the form that was kept while somebody signed in again, to be sent or discarded."""
    signed_in_person(request)
    form = kept_form(request)
    if request.method == "POST":
        drop_form(request)
    if request.method == "POST" or form is None:
        return redirect_to("home")
    return render(request, "center/unsent.html", {"unsent": form})


class MovedPage(RedirectView):
    """Lead from an earlier address of a page to its present one: people have bookmarks, and old emails link to it."""

    permanent = True
    query_string = True
    # A form is not sent on: a browser would turn it into a GET and lose what was typed.
    http_method_names = ("get", "head")
