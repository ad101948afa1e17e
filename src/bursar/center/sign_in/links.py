"""Coming in: by a link, an invitation, or from the vendor's product; and going out."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bursar.accounts.keys import InvitationNotValid, LinkNotValid, use_link
from bursar.accounts.members import accept_invitation
from bursar.accounts.sandbox import lendable_people
from bursar.accounts.sessions import SessionNotValid, use_session
from bursar.center.form_fields import posted_fields
from bursar.center.forms import SignInLinkForm
from bursar.center.navigation import current_time, redirect_to, remember_language
from bursar.center.sign_in.adapter import LINK_MINUTES, send_sign_in_link, sign_in, sign_in_vouched, too_many
from bursar.center.sign_in.proof import LINK, PRODUCT, SANDBOX
from bursar.center.visit import RETURN_TO
from bursar.core.messages.problem import Problem
from bursar.i18n.problem import message


@require_http_methods(["GET", "HEAD", "POST"])
def ask_link(request: HttpRequest) -> HttpResponse:
    """Ask for a sign-in link by email. The answer does not tell which addresses are known here."""
    form = SignInLinkForm(posted_fields(request))
    if not form.is_valid():
        return render(request, "center/ask_link.html", {"form": form}, status=form.status)
    email: str = form.cleaned_data["email"]
    # Limited for each address too: many networks together could fill the mailbox of one person.
    if (too_many_response := too_many(request, "ask_link", email.lower())) is not None:
        return too_many_response
    send_sign_in_link(email)
    return render(request, "center/ask_link.html", {"email": email, "minutes": LINK_MINUTES, "is_sent": True})


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in by a link after a click: programs that only follow links sign nobody in."""
    if request.method != "POST":
        return render(request, "center/sign_in.html")
    try:
        person, is_proven = use_link(secret, now=current_time())
    except LinkNotValid as problem:
        return _render_refusal(request, problem)
    proof = LINK if is_proven else SANDBOX
    return remember_language(sign_in(request, person, reverse("home"), proof), person.locale)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Accept an invitation by a click, and sign the member in if the link proves their identity."""
    if request.method != "POST":
        return render(request, "center/invitation.html")
    try:
        accepted = accept_invitation(secret, now=current_time())
    except InvitationNotValid as problem:
        return _render_refusal(request, problem)
    next_address = reverse("account", args=[accepted.account_id])
    # A sandbox never sends its emails, so its link proves no address: it signs people in on a demo only.
    if accepted.proven or (settings.DEMO and lendable_people([accepted.member_id])):
        proof = LINK if accepted.proven else SANDBOX
        return remember_language(sign_in(request, accepted.person, next_address, proof), accepted.person.locale)
    return remember_language(HttpResponseRedirect(next_address), accepted.person.locale)


@require_GET
def session(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in a person whom the vendor's product sends over; it vouches for their second factor, too."""
    try:
        # A GET signs in here, unlike an emailed link: the product redirects the browser, and the secret works once.
        product_session = use_session(secret, now=current_time())
    except SessionNotValid as problem:
        return _render_refusal(request, problem)
    sign_in_vouched(request, product_session.person, SANDBOX if product_session.lent else PRODUCT)
    request.session[RETURN_TO] = {str(product_session.account_id): product_session.return_to}
    return remember_language(
        redirect_to(product_session.page, product_session.account_id), product_session.person.locale
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect_to("home")


def _render_refusal(request: HttpRequest, problem: Problem) -> HttpResponse:
    return render(request, "center/problem.html", {"problem": message(problem)}, status=403)
