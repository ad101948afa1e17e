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
from bursar.center.form_fields import read_uuid
from bursar.center.forms import RequestForm
from bursar.center.manage.edits import FormEdits, edits_of_form
from bursar.center.manage.form import ManageForm, other_measures
from bursar.center.manage.freed_seats import releases
from bursar.center.manage.offers import CHANGING, offers
from bursar.center.manage.prefill import fields_of_edits
from bursar.center.manage.subscription import waiting_payment
from bursar.center.manage.summary import Summary, summary
from bursar.center.navigation import redirect_to
from bursar.center.requests.summaries import open_request_content
from bursar.center.visit import PageClosed, Visit, open_visit, render_page
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
    visit = open_visit(request, account_id)
    visit.require("subscription", "view_subscription")
    if not any(visit.may_at_least_request(capability) for capability in CHANGING):
        raise PageClosed(visit, "subscription", visit.explain_no_changes())
    timeline = agreement(visit.id).timeline
    result: dict[str, Any] = {}
    edits_before = edits_of_named_quote(request, visit)
    # A cancellation is no edit of this form: it has a page that asks for the reason.
    if any(isinstance(edit, Cancel) for edit in edits_before):
        return HttpResponseRedirect(f"{reverse('cancel', args=(account_id,))}?{request.GET.urlencode()}")
    scheduled = timeline.pending(visit.today)
    prefilled = (
        fields_of_edits(edits_before, scheduled, visit.currency)
        if edits_before
        else request.GET.dict() or _fields_to_buy_trial(visit, timeline)
    )
    manage_form = _manage_form(visit, request.POST if request.method == "POST" else prefilled or None, timeline)
    if request.method == "POST" and manage_form.is_valid():
        try:
            form_edits = edits_of_form(manage_form)
            result = _questions_or_summary(visit, form_edits, timeline)
            if form_edits.edits and not form_edits.unanswered and "problem" not in result:
                return redirect_to("summary", account_id, save_quote(visit, form_edits.edits))
            if not form_edits.edits:
                result["problem"] = _("Nothing would change. Change something first.")
        except Stale as stale:
            # The form was filled in over a state that is gone: the new quote is shown, and says so, before anything is
            # accepted.
            return HttpResponseRedirect(f"{reverse('summary', args=(account_id, stale.quote_id))}?moved=1")
        except Outdated as problem:
            result = {"problem": visit.message(problem)}
            # Without `was_` fields the form, sent once more, changes the state that it shows now.
            posted = {name: request.POST[name] for name in request.POST if not name.startswith("was_")}
            manage_form = _manage_form(visit, posted, timeline)
        except Problem as problem:
            result = {"problem": visit.message(problem)}
    elif manage_form.is_bound:
        result = _preview_content(visit, manage_form, timeline)
    form_offers = offers(visit, manage_form, timeline.states_before())
    notices = {
        "open_request": open_request_content(visit),
        "requests_only": _may_only_request(visit),
        "waiting_payment": waiting_payment(visit),
    }
    content = {"form": form_offers, **notices, **result}
    return render_page(
        request, visit, "subscription", "manage", content, status=422 if request.method == "POST" else 200
    )


@require_POST
def preview(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the summary beside a form that is still being filled in. Nothing is kept."""
    visit = open_visit(request, account_id)
    visit.require("subscription", "view_subscription")
    timeline = agreement(visit.id).timeline
    manage_form = _manage_form(visit, request.POST, timeline)
    return render(request, "center/_preview.html", _preview_content(visit, manage_form, timeline))


@require_safe
def summary_page(request: HttpRequest, account_id: UUID, quote_id: UUID) -> HttpResponse:
    """Show a quote to confirm; beside it the quote shown before, if the account has changed since."""
    visit = open_visit(request, account_id)
    require_view_of_edits(
        visit, [decided_quote.edit for decided_quote in read_quote(quote(visit.id, quote_id).content).edits]
    )
    before, moved = read_uuid(request.GET.get("instead_of", "")), "moved" in request.GET
    content = confirm_content(visit, quote_id, agreement(visit.id).timeline, before, moved=moved)
    return render_page(request, visit, "subscription", "confirm", content)


def require_view_of_edits(visit: Visit, edits: Iterable[Edit]) -> None:
    """Raise PageClosed unless the person may see the edits; staff who suspend accounts see suspensions alone."""
    # Some staff may suspend an account whose subscription they cannot see; they must see what they confirm.
    suspends = visit.may("suspend_accounts") and all(isinstance(edit, Suspend | Resume) for edit in edits)
    if not suspends:
        visit.require("subscription", "view_subscription")


def confirm_content(
    visit: Visit, quote_id: UUID, timeline: Timeline, before: UUID | None = None, *, moved: bool = False
) -> dict[str, Any]:
    """Return the content of the page on which a quote is confirmed or requested.

    `moved` says that the account changed while the form was being filled in.
    """
    return {
        "summary": _stored_summary(visit, quote_id, timeline),
        "quote_id": quote_id,
        "earlier_summary": _stored_summary(visit, before, timeline) if before else None,
        "changed_meanwhile": moved,
        "waiting_payment": waiting_payment(visit),
        "may_manage": any(visit.may_at_least_request(capability) for capability in CHANGING),
        "today": visit.today.isoformat(),
        "form": request_form(visit),
        # Whoever can act at once is not in the way of an open request; who must ask has to wait for it.
        "open_request": open_request_content(visit) if _may_only_request(visit) else None,
    }


def request_form(visit: Visit, posted: QueryDict | None = None) -> RequestForm:
    """Return the form of a request."""
    return RequestForm(posted, too_early=visit.message(NeededTooEarly(today=visit.today)))


@require_POST
def undo(request: HttpRequest, account_id: UUID, change_id: UUID) -> HttpResponse:
    """Redirect to the summary of undoing a scheduled change."""
    visit = open_visit(request, account_id)
    visit.require("subscription", "view_subscription")
    try:
        return redirect_to("summary", account_id, save_quote(visit, (Undo(change=change_id),)))
    except Problem as problem:
        return render_not_done(request, visit, visit.message(problem))


def save_quote(visit: Visit, edits: tuple[Edit, ...]) -> UUID:
    """Make a quote for this person. Errors: those of `checkout.quote`."""
    return make_quote(visit.id, edits, actor=visit.actor, now=visit.now)


def render_not_done(request: HttpRequest, visit: Visit, problem: str, **content: Any) -> HttpResponse:
    """Answer that nothing was changed, with the reason and the ways on."""
    return render_page(request, visit, "subscription", "not_done", {"problem": problem, **content}, status=409)


def _manage_form(visit: Visit, posted: Mapping[str, Any] | None, timeline: Timeline) -> ManageForm:
    """Return the form as it was sent, or as it is opened."""
    (state, scheduled), catalog = _state_to_change(visit, timeline), current_catalog()
    counts_anew = any(next(other_measures(state, item, catalog), None) for item in state.items.values())
    return ManageForm(
        posted,
        state=state,
        scheduled=scheduled,
        catalog=catalog,
        today=visit.today,
        # Counted only where a change of measure asks how many, since most forms do not.
        used=used_seats(visit.id) if counts_anew else {},
        by_staff=visit.is_staff,
    )


def _preview_content(visit: Visit, manage_form: ManageForm, timeline: Timeline) -> dict[str, Any]:
    """Return the summary of a form, or what is wrong with it."""
    if not manage_form.is_valid():
        return {"problem": manage_form.first_error()}
    try:
        return _questions_or_summary(visit, edits_of_form(manage_form), timeline)
    except Problem as problem:
        return {"problem": visit.message(problem)}


def _may_only_request(visit: Visit) -> bool:
    """Return true if this person may make none of these changes at once."""
    return not any(visit.may(capability) for capability in CHANGING)


def _state_to_change(visit: Visit, timeline: Timeline) -> tuple[Subscription, tuple[Change, ...]]:
    """Return the state in force and the scheduled changes; a trial counts as nothing, so that it can be bought."""
    state = timeline.on(visit.today)
    return replace(state, items={}) if state.on_trial else state, timeline.pending(visit.today)


def edits_of_named_quote(request: HttpRequest, visit: Visit) -> tuple[Edit, ...]:
    """Return the edits of the quote that an address names, to fill in its form again.

    Errors: NotFound.
    """
    quote_id = read_uuid(request.GET.get("quote", ""))
    return edits_of(visit.customer, quote(visit.id, quote_id)) if quote_id is not None else ()


def _fields_to_buy_trial(visit: Visit, timeline: Timeline) -> dict[str, str]:
    """Return the fields that buy what is on trial."""
    state = timeline.on(visit.today)
    trial_items = state.items.values() if state.on_trial else ()
    plans = {f"add_{item.product}": item.plan for item in trial_items}
    return plans | {f"quantity_{item.product}": str(item.quantity) for item in trial_items}


def _questions_or_summary(visit: Visit, form_edits: FormEdits, timeline: Timeline) -> dict[str, Any]:
    """Return the questions that a form must still answer, or its summary."""
    catalog, before = current_catalog(), timeline.states_before()
    questions = [
        {
            "id": collision.change.id,
            "text": words.edit_in_words(collision.change.edit, before[collision.change.id], catalog),
            "on": money.day(collision.change.effective_on),
            "answer": collision.answer,
            "may_undo": visit.decide_undo(collision.change).outcome is not Outcome.REFUSED,
        }
        for collision in form_edits.collisions
    ]
    if not form_edits.edits or form_edits.unanswered:
        return {"questions": questions, "summary": None, "must_answer": bool(form_edits.unanswered)}
    billing_context = context(visit.customer, visit.today, visit.policy, edits=form_edits.edits)
    seat_releases = releases(visit, form_edits.edits, billing_context.used)
    content = {"questions": questions, "releases": seat_releases, "must_answer": False}
    try:
        decided_quote = decide(billing_context, form_edits.edits, visit.actor, visit.today)
    except SeatsInUse as problem:
        # A list of people to choose from says more than the refusal.
        sentence = " ".join(release.text for release in seat_releases) or visit.message(problem)
        return {**content, "summary": None, "problem": sentence}
    quote_summary = summary(visit, decided_quote, timeline, catalog)
    return {**content, "summary": quote_summary, "changed_meanwhile": decided_quote.differs_from_expected}


def _stored_summary(visit: Visit, quote_id: UUID, timeline: Timeline) -> Summary:
    row = quote(visit.id, quote_id)
    return summary(visit, read_quote(row.content), timeline, current_catalog())
