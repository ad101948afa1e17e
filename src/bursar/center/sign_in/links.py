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
from bursar.center.form_fields import posted
from bursar.center.forms import LinkForm
from bursar.center.sign_in.adapter import LINK_MINUTES, let_in, send_link, sign_in, too_many
from bursar.center.sign_in.proof import LINK, PRODUCT, SANDBOX
from bursar.center.visit import RETURN_TO, moment, remember_language, to
from bursar.core.messages.problem import Problem
from bursar.i18n.problem import said


@require_http_methods(["GET", "HEAD", "POST"])
def ask_link(request: HttpRequest) -> HttpResponse:
    """Ask for a sign-in link by email. The answer does not tell which addresses are known here."""
    form = LinkForm(posted(request))
    if not form.is_valid():
        return render(request, "center/ask_link.html", {"form": form}, status=form.status)
    email: str = form.cleaned_data["email"]
    if (refused := too_many(request, "ask_link", email.lower())) is not None:
        return refused
    send_link(email)
    return render(request, "center/ask_link.html", {"email": email, "minutes": LINK_MINUTES, "sent": True})


@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in by a link after a click: programs that only follow links sign nobody in."""
    if request.method != "POST":
        return render(request, "center/sign_in.html")
    try:
        person, proven = use_link(secret, now=moment())
    except LinkNotValid as problem:
        return _refused(request, problem)
    way = LINK if proven else SANDBOX
    return remember_language(sign_in(request, person, reverse("home"), way), person.locale)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Accept an invitation by a click, and sign the member in if the link proves their identity."""
    if request.method != "POST":
        return render(request, "center/invitation.html")
    try:
        accepted = accept_invitation(secret, now=moment())
    except InvitationNotValid as problem:
        return _refused(request, problem)
    following = reverse("account", args=[accepted.account_id])
    # A sandbox never sends its emails, so its link proves no address: it signs people in on a demo only.
    if accepted.proven or (settings.DEMO and lendable_people([accepted.member_id])):
        way = LINK if accepted.proven else SANDBOX
        return remember_language(sign_in(request, accepted.person, following, way), accepted.person.locale)
    return remember_language(HttpResponseRedirect(following), accepted.person.locale)


@require_GET
def session(request: HttpRequest, secret: str) -> HttpResponse:
    """Sign in a person whom the vendor's product sends over; it vouches for their second factor, too."""
    try:
        entered = use_session(secret, now=moment())
    except SessionNotValid as problem:
        return _refused(request, problem)
    let_in(request, entered.person, SANDBOX if entered.lent else PRODUCT)
    request.session[RETURN_TO] = {str(entered.account_id): entered.return_to}
    return remember_language(to(entered.page, entered.account_id), entered.person.locale)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return to("home")


def _refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    return render(request, "center/problem.html", {"problem": said(problem)}, status=403)
