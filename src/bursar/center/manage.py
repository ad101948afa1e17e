"""Manage subscription: the form, its summary, and the confirmation. It works without JavaScript."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bursar.catalog.queries import current as current_catalog
from bursar.center.entry import Visit, to, visit
from bursar.center.form import form, read
from bursar.center.summary import Summary, summary
from bursar.checkout import actions as checkout
from bursar.checkout.pay import Declined
from bursar.core.content import read_quote
from bursar.core.edit import Cancel, Edit, Undo
from bursar.core.problem import Problem
from bursar.core.refusal import Refused
from bursar.core.subscription import pending, state_on, timeline
from bursar.payments.queries import attempt
from bursar.subscriptions.queries import agreement, quote
from bursar.words.payment import decline_reason
from bursar.words.problem import said


@require_http_methods(["GET", "POST"])
def manage(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The form; filled and sent, on to its summary."""
    seen = visit(request, account_id)
    problem = ""
    if request.method == "POST":
        try:
            edits = _asked(seen, request.POST)
            if edits:
                return to("summary", account_id, _quote(seen, edits))
            problem = _("Nothing would change. Change something first.")
        except Problem as found:
            problem = said(found)
    return render(
        request,
        "center/manage.html",
        {**seen.frame("subscription"), **_offers(seen), "problem": problem, "filled": request.POST},
        status=422 if problem else 200,
    )


@require_POST
def preview(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The summary beside the form, for a form that is still being filled."""
    seen = visit(request, account_id)
    try:
        edits = _asked(seen, request.POST)
        shown: dict[str, Any] = {"summary": _summary(seen, _quote(seen, edits)) if edits else None}
    except Problem as found:
        shown = {"problem": said(found)}
    return render(request, "center/_summary.html", shown)


@require_GET
def show(request: HttpRequest, account_id: UUID, quote_id: UUID) -> HttpResponse:
    """A quote, to be confirmed."""
    seen = visit(request, account_id)
    context = {**seen.frame("subscription"), "summary": _summary(seen, quote_id), "quote_id": quote_id}
    return render(request, "center/confirm.html", {**context, "moved": "moved" in request.GET})


@require_POST
def take(request: HttpRequest, account_id: UUID, quote_id: UUID) -> HttpResponse:
    """Do what the quote says, or show what has changed meanwhile."""
    seen = visit(request, account_id)
    try:
        result = checkout.take(account_id, quote_id=quote_id, actor=seen.member, now=seen.now)
    except checkout.Stale as stale:
        where = to("summary", account_id, stale.quote_id)
        return HttpResponseRedirect(f"{where.url}?moved")
    except Refused as refused:
        return _not_done(request, seen, seen.why_not(refused.decision))
    except Declined as declined:
        reason = decline_reason(declined.params["reason"])
        return _not_done(request, seen, said(Declined(reason=reason)))
    except Problem as problem:
        return _not_done(request, seen, said(problem))
    if result.take_id is None and result.attempt_id is not None:
        return HttpResponseRedirect(attempt(account_id, result.attempt_id).address)
    return to("subscription", account_id)


@require_POST
def undo(request: HttpRequest, account_id: UUID, change_id: UUID) -> HttpResponse:
    """On to the summary of undoing a scheduled change."""
    return _on_to_summary(request, account_id, Undo(change=change_id))


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Why the account is to end; then on to the summary."""
    if request.method == "POST":
        return _on_to_summary(
            request, account_id, Cancel(reason=request.POST.get("reason", "").replace("\0", "").strip()[:2000])
        )
    seen = visit(request, account_id)
    return render(request, "center/cancel.html", seen.frame("subscription"))


def _on_to_summary(request: HttpRequest, account_id: UUID, edit: Edit) -> HttpResponse:
    seen = visit(request, account_id)
    try:
        return to("summary", account_id, _quote(seen, (edit,)))
    except Problem as problem:
        return _not_done(request, seen, said(problem))


def _asked(seen: Visit, filled: Mapping[str, str]) -> tuple[Edit, ...]:
    agreed = agreement(seen.id)
    state = state_on(agreed.start, timeline(agreed.start, agreed.changes), seen.today)
    return read(filled, state, pending(agreed.changes, seen.today), current_catalog())


def _offers(seen: Visit) -> dict[str, Any]:
    agreed = agreement(seen.id)
    state = state_on(agreed.start, timeline(agreed.start, agreed.changes), seen.today)
    return {"form": form(seen, state, pending(agreed.changes, seen.today), current_catalog())}


def _quote(seen: Visit, edits: tuple[Edit, ...]) -> UUID:
    return checkout.quote(seen.id, edits, actor=seen.member, now=seen.now)


def _summary(seen: Visit, quote_id: UUID) -> Summary:
    agreed = agreement(seen.id)
    state = state_on(agreed.start, timeline(agreed.start, agreed.changes), seen.today)
    kept = quote(seen.id, quote_id)
    return summary(seen, read_quote(kept.content), state, {one.id: one for one in agreed.changes}, current_catalog())


def _not_done(request: HttpRequest, seen: Visit, problem: str) -> HttpResponse:
    return render(request, "center/not_done.html", {**seen.frame("subscription"), "problem": problem}, status=409)
