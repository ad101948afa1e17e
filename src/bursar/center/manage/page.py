"""Manage subscription: the form, and the summary that follows it. It works without JavaScript."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bursar.catalog.queries import current as current_catalog
from bursar.center.forms import AskForm
from bursar.center.manage.edits import FilledForm, read
from bursar.center.manage.form import ManageForm, other_measures
from bursar.center.manage.freed_seats import releases
from bursar.center.manage.offers import CHANGING, form
from bursar.center.manage.prefill import refilled
from bursar.center.manage.subscription import waiting
from bursar.center.manage.summary import Summary, summary
from bursar.center.requests.summaries import request_ahead
from bursar.center.visit import Closed, Visit, shown, to, visit
from bursar.checkout import NeededTooEarly, Stale, context, edits_of
from bursar.checkout import quote as make_quote
from bursar.core.messages.problem import Problem
from bursar.core.ordering.content import read_quote
from bursar.core.ordering.quote import Outdated
from bursar.core.ordering.quote import quote as decide
from bursar.core.policy.policy import Outcome
from bursar.core.subscription.edit import Cancel, Edit, Resume, Suspend, Undo
from bursar.core.subscription.seats import SeatsInUse
from bursar.core.subscription.subscription import Change, Subscription
from bursar.core.subscription.timeline import Timeline
from bursar.i18n import edits as words
from bursar.i18n import money
from bursar.seats.queries import used_seats
from bursar.subscriptions.queries import agreement, quote


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the form, filled in from its address or from the quote named there; sent, go on to its summary."""
    seen = visit(request, account_id)
    seen.check("subscription", "view_subscription")
    if not any(seen.open(capability) for capability in CHANGING):
        raise Closed(seen, "subscription", seen.why_nothing())
    timeline = agreement(seen.id).timeline
    outcome: dict[str, Any] = {}
    edits_before = quote_named(request, seen)
    if any(isinstance(edit, Cancel) for edit in edits_before):
        return HttpResponseRedirect(f"{reverse('cancel', args=(account_id,))}?{request.GET.urlencode()}")
    scheduled = timeline.pending(seen.today)
    prefilled = (
        refilled(edits_before, scheduled, seen.currency)
        if edits_before
        else request.GET.dict() or _trial_fields(seen, timeline)
    )
    filled = _filled(seen, request.POST if request.method == "POST" else prefilled or None, timeline)
    if request.method == "POST" and filled.is_valid():
        try:
            filled_form = read(filled)
            outcome = _summarized(seen, filled_form, timeline)
            if filled_form.edits and not filled_form.unanswered and "problem" not in outcome:
                return to("summary", account_id, save_quote(seen, filled_form.edits))
            if not filled_form.edits:
                outcome["problem"] = _("Nothing would change. Change something first.")
        except Stale as stale:
            return HttpResponseRedirect(f"{reverse('summary', args=(account_id, stale.quote_id))}?moved=1")
        except Outdated as problem:
            outcome = {"problem": seen.said(problem)}
            # Without `was_` fields the form, sent once more, changes the state that it shows now.
            sent = {name: request.POST[name] for name in request.POST if not name.startswith("was_")}
            filled = _filled(seen, sent, timeline)
        except Problem as problem:
            outcome = {"problem": seen.said(problem)}
    elif filled.is_bound:
        outcome = _previewed(seen, filled, timeline)
    offers = form(seen, filled, timeline.states_before())
    ahead = {"ahead": request_ahead(seen), "only_asks": _requests_only(seen), "waiting": waiting(seen)}
    content = {"form": offers, **ahead, **outcome}
    return shown(request, seen, "subscription", "manage", content, status=422 if request.method == "POST" else 200)


@require_POST
def preview(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the summary beside a form that is still being filled in. Nothing is kept."""
    seen = visit(request, account_id)
    seen.check("subscription", "view_subscription")
    timeline = agreement(seen.id).timeline
    filled = _filled(seen, request.POST, timeline)
    return render(request, "center/_following.html", _previewed(seen, filled, timeline))


@require_safe
def quoted(request: HttpRequest, account_id: UUID, quote_id: UUID) -> HttpResponse:
    """Show a quote to confirm; beside it the quote shown before, if the account has changed since."""
    seen = visit(request, account_id)
    check_sees(seen, [decided.edit for decided in read_quote(quote(seen.id, quote_id).content).edits])
    before, moved = uuid_given(request.GET.get("instead_of", "")), "moved" in request.GET
    content = confirming(seen, quote_id, agreement(seen.id).timeline, before, moved=moved)
    return shown(request, seen, "subscription", "confirm", content)


def check_sees(seen: Visit, edits: Iterable[Edit]) -> None:
    """Raise Closed unless the person may see the edits; staff who suspend accounts see suspensions alone."""
    suspends = seen.may("suspend_accounts") and all(isinstance(edit, Suspend | Resume) for edit in edits)
    if not suspends:
        seen.check("subscription", "view_subscription")


def confirming(
    seen: Visit, quote_id: UUID, timeline: Timeline, before: UUID | None = None, *, moved: bool = False
) -> dict[str, Any]:
    """Return the content of the page on which a quote is confirmed or requested.

    `moved` says that the account changed while the form was being filled in.
    """
    return {
        "summary": _kept(seen, quote_id, timeline),
        "quote_id": quote_id,
        "before": _kept(seen, before, timeline) if before else None,
        "moved": moved,
        "waiting": waiting(seen),
        "manages": any(seen.open(capability) for capability in CHANGING),
        "today": seen.today.isoformat(),
        "form": asking(seen),
        "ahead": request_ahead(seen) if _requests_only(seen) else None,
    }


def asking(seen: Visit, sent: QueryDict | None = None) -> AskForm:
    """Return the form of a request."""
    return AskForm(sent, too_early=seen.said(NeededTooEarly(today=seen.today)))


@require_POST
def undo(request: HttpRequest, account_id: UUID, change_id: UUID) -> HttpResponse:
    """Redirect to the summary of undoing a scheduled change."""
    seen = visit(request, account_id)
    seen.check("subscription", "view_subscription")
    try:
        return to("summary", account_id, save_quote(seen, (Undo(change=change_id),)))
    except Problem as problem:
        return not_done(request, seen, seen.said(problem))


def save_quote(seen: Visit, edits: tuple[Edit, ...]) -> UUID:
    """Make a quote for this person. Errors: those of `checkout.quote`."""
    return make_quote(seen.id, edits, actor=seen.actor, now=seen.now)


def not_done(request: HttpRequest, seen: Visit, problem: str, **more: Any) -> HttpResponse:
    """Answer that nothing was changed, with the reason and the ways on."""
    return shown(request, seen, "subscription", "not_done", {"problem": problem, **more}, status=409)


def _filled(seen: Visit, sent: Mapping[str, Any] | None, timeline: Timeline) -> ManageForm:
    """Return the form as it was sent, or as it is opened."""
    (state, scheduled), catalog = _now(seen, timeline), current_catalog()
    counts_anew = any(next(other_measures(state, item, catalog), None) for item in state.items.values())
    return ManageForm(
        sent,
        state=state,
        scheduled=scheduled,
        catalog=catalog,
        today=seen.today,
        used=used_seats(seen.id) if counts_anew else {},
        by_staff=seen.staff,
    )


def _previewed(seen: Visit, filled: ManageForm, timeline: Timeline) -> dict[str, Any]:
    """Return the summary of a form, or what is wrong with it."""
    if not filled.is_valid():
        return {"problem": filled.problem()}
    try:
        return _summarized(seen, read(filled), timeline)
    except Problem as problem:
        return {"problem": seen.said(problem)}


def _requests_only(seen: Visit) -> bool:
    """Return true if this person may make none of these changes at once."""
    return not any(seen.may(capability) for capability in CHANGING)


def _now(seen: Visit, timeline: Timeline) -> tuple[Subscription, tuple[Change, ...]]:
    """Return the state in force and the scheduled changes; a trial counts as nothing, so that it can be bought."""
    state = timeline.on(seen.today)
    return replace(state, items={}) if state.on_trial else state, timeline.pending(seen.today)


def quote_named(request: HttpRequest, seen: Visit) -> tuple[Edit, ...]:
    """Return the edits of the quote that an address names, to fill in its form again.

    Errors: NotFound.
    """
    quote_id = uuid_given(request.GET.get("quote", ""))
    return edits_of(seen.customer, quote(seen.id, quote_id)) if quote_id is not None else ()


def _trial_fields(seen: Visit, timeline: Timeline) -> dict[str, str]:
    """Return the fields that buy what is on trial."""
    state = timeline.on(seen.today)
    tried = state.items.values() if state.on_trial else ()
    plans = {f"add_{item.product}": item.plan for item in tried}
    return plans | {f"quantity_{item.product}": str(item.quantity) for item in tried}


def _summarized(seen: Visit, filled_form: FilledForm, timeline: Timeline) -> dict[str, Any]:
    """Return the questions that a form must still answer, or its summary."""
    catalog, before = current_catalog(), timeline.states_before()
    questions = [
        {
            "id": collision.change.id,
            "said": words.said(collision.change.edit, before[collision.change.id], catalog),
            "on": money.day(collision.change.effective_on),
            "answer": collision.answer,
            "undo": seen.decide_undo(collision.change).outcome is not Outcome.REFUSED,
        }
        for collision in filled_form.collisions
    ]
    if not filled_form.edits or filled_form.unanswered:
        return {"questions": questions, "summary": None, "asking": bool(filled_form.unanswered)}
    billing_context = context(seen.customer, seen.today, seen.policy)
    freed = releases(seen, filled_form.edits, billing_context.used)
    content = {"questions": questions, "releases": freed, "asking": False}
    try:
        decided = decide(billing_context, filled_form.edits, seen.actor, seen.today)
    except SeatsInUse as problem:
        # A list of people to choose from says more than the refusal.
        sentence = " ".join(release.said for release in freed) or seen.said(problem)
        return {**content, "summary": None, "problem": sentence}
    shown_summary = summary(seen, decided, timeline, catalog)
    return {**content, "summary": shown_summary, "moved": decided.differs_from_expected}


def _kept(seen: Visit, quote_id: UUID, timeline: Timeline) -> Summary:
    row = quote(seen.id, quote_id)
    return summary(seen, read_quote(row.content), timeline, current_catalog())


def uuid_given(text: str) -> UUID | None:
    """Return the id that an address names, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None
