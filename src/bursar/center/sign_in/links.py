"""Coming in: by a link, an invitation, or from the vendor's product; and going out."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bursar.accounts.keys import InvitationNotValid, LinkNotValid, use_link
from bursar.accounts.members import accept
from bursar.accounts.sandbox import people_to_lend
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
    """Ask for a link by email. What is answered does not tell who is known here."""
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
    """A link asks for one click, so that programs that look at links sign nobody in."""
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
    """Whoever opens an invitation accepts it by one click, and is signed in if the link proves who they are."""
    if request.method != "POST":
        return render(request, "center/invitation.html")
    try:
        accepted = accept(secret, now=moment())
    except InvitationNotValid as problem:
        return _refused(request, problem)
    following = reverse("account", args=[accepted.account_id])
    # On a demo one can be anybody who is in sandboxes alone; elsewhere the link of a sandbox signs nobody in.
    if accepted.proven or (settings.DEMO and people_to_lend([accepted.member_id])):
        way = LINK if accepted.proven else SANDBOX
        return remember_language(sign_in(request, accepted.person, following, way), accepted.person.locale)
    return remember_language(HttpResponseRedirect(following), accepted.person.locale)


@require_GET
def session(request: HttpRequest, secret: str) -> HttpResponse:
    """Whom the vendor's product sends over is signed in there, second factor and all: it vouches for them."""
    try:
        entered = use_session(secret, now=moment())
    except SessionNotValid as problem:
        return _refused(request, problem)
    let_in(request, entered.person, SANDBOX if entered.lent else PRODUCT)
    request.session[RETURN_TO] = {str(entered.account_id): entered.return_to}
    return remember_language(to(entered.page, entered.account_id), entered.person.locale)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Nobody is signed in any more."""
    logout(request)
    return to("home")


def _refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    return render(request, "center/problem.html", {"problem": said(problem)}, status=403)
