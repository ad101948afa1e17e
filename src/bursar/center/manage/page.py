"""Manage subscription: the form and the summary that follows it. It works without JavaScript."""

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
from bursar.center.manage.edits import Wishes, read
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
from bursar.seats.queries import counts
from bursar.subscriptions.queries import agreement, quote


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The form, filled in as its address or the quote named there says; sent, on to its summary."""
    seen = visit(request, account_id)
    seen.check("subscription", "view_subscription")
    if not any(seen.open(one) for one in CHANGING):
        raise Closed(seen, "subscription", seen.why_nothing())
    timeline = agreement(seen.id).timeline
    found: dict[str, Any] = {}
    kept = quote_named(request, seen)
    if any(isinstance(edit, Cancel) for edit in kept):
        return HttpResponseRedirect(f"{reverse('cancel', args=(account_id,))}?{request.GET.urlencode()}")
    scheduled = timeline.pending(seen.today)
    tried = refilled(kept, scheduled, seen.currency) if kept else request.GET.dict() or _tried(seen, timeline)
    filled = _filled(seen, request.POST if request.method == "POST" else tried or None, timeline)
    if request.method == "POST" and filled.is_valid():
        try:
            wishes = read(filled)
            found = _asked(seen, wishes, timeline)
            if wishes.edits and not wishes.unanswered and "problem" not in found:
                return to("summary", account_id, save_quote(seen, wishes.edits))
            if not wishes.edits:
                found["problem"] = _("Nothing would change. Change something first.")
        except Stale as stale:
            return HttpResponseRedirect(f"{reverse('summary', args=(account_id, stale.quote_id))}?moved=1")
        except Outdated as problem:
            found = {"problem": seen.said(problem)}
            # Sent once more, the form is about what it shows now.
            sent = {name: request.POST[name] for name in request.POST if not name.startswith("was_")}
            filled = _filled(seen, sent, timeline)
        except Problem as problem:
            found = {"problem": seen.said(problem)}
    elif filled.is_bound:
        found = _previewed(seen, filled, timeline)
    offers = form(seen, filled, timeline.states_before())
    ahead = {"ahead": request_ahead(seen), "only_asks": _only_asks(seen), "waiting": waiting(seen)}
    content = {"form": offers, **ahead, **found}
    return shown(request, seen, "subscription", "manage", content, status=422 if request.method == "POST" else 200)


@require_POST
def preview(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The summary beside a form that is still being filled. It is decided and priced, and nothing is kept."""
    seen = visit(request, account_id)
    seen.check("subscription", "view_subscription")
    timeline = agreement(seen.id).timeline
    filled = _filled(seen, request.POST, timeline)
    return render(request, "center/_following.html", _previewed(seen, filled, timeline))


@require_safe
def quoted(request: HttpRequest, account_id: UUID, quote_id: UUID) -> HttpResponse:
    """A quote, to be confirmed; beside the one that was shown before, where the world has moved meanwhile."""
    seen = visit(request, account_id)
    check_sees(seen, [decided.edit for decided in read_quote(quote(seen.id, quote_id).content).edits])
    before, moved = uuid_given(request.GET.get("instead_of", "")), "moved" in request.GET
    content = confirming(seen, quote_id, agreement(seen.id).timeline, before, moved=moved)
    return shown(request, seen, "subscription", "confirm", content)


def check_sees(seen: Visit, edits: Iterable[Edit]) -> None:
    """Check that somebody may see what edits come to; who suspends accounts sees that alone. Errors: Closed."""
    suspends = seen.may("suspend_accounts") and all(isinstance(edit, Suspend | Resume) for edit in edits)
    if not suspends:
        seen.check("subscription", "view_subscription")


def confirming(
    seen: Visit, quote_id: UUID, timeline: Timeline, before: UUID | None = None, *, moved: bool = False
) -> dict[str, Any]:
    """Return what the page says on which a quote is confirmed, or asked for.

    `moved` says that the account changed while the form was being filled in.
    """
    return {
        "summary": _kept(seen, quote_id, timeline),
        "quote_id": quote_id,
        "before": _kept(seen, before, timeline) if before else None,
        "moved": moved,
        "waiting": waiting(seen),
        "manages": any(seen.open(one) for one in CHANGING),
        "today": seen.today.isoformat(),
        "form": asking(seen),
        "ahead": request_ahead(seen) if _only_asks(seen) else None,
    }


def asking(seen: Visit, sent: QueryDict | None = None) -> AskForm:
    """The form in which changes are asked for."""
    return AskForm(sent, too_early=seen.said(NeededTooEarly(today=seen.today)))


@require_POST
def undo(request: HttpRequest, account_id: UUID, change_id: UUID) -> HttpResponse:
    """On to the summary of undoing a scheduled change."""
    seen = visit(request, account_id)
    seen.check("subscription", "view_subscription")
    try:
        return to("summary", account_id, save_quote(seen, (Undo(change=change_id),)))
    except Problem as problem:
        return not_done(request, seen, seen.said(problem))


def save_quote(seen: Visit, edits: tuple[Edit, ...]) -> UUID:
    """A quote that can be taken, made for whoever looks. Errors: those of `checkout.quote`."""
    return make_quote(seen.id, edits, actor=seen.actor, now=seen.now)


def not_done(request: HttpRequest, seen: Visit, problem: str, **more: Any) -> HttpResponse:
    """That nothing was changed, why, and where to go from here."""
    return shown(request, seen, "subscription", "not_done", {"problem": problem, **more}, status=409)


def _filled(seen: Visit, sent: Mapping[str, Any] | None, timeline: Timeline) -> ManageForm:
    """The form as it was sent, or as it is opened."""
    (state, scheduled), catalog = _now(seen, timeline), current_catalog()
    counts_anew = any(next(other_measures(state, item, catalog), None) for item in state.items.values())
    return ManageForm(
        sent,
        state=state,
        scheduled=scheduled,
        catalog=catalog,
        today=seen.today,
        used=counts(seen.id) if counts_anew else {},
        by_staff=seen.staff,
    )


def _previewed(seen: Visit, filled: ManageForm, timeline: Timeline) -> dict[str, Any]:
    """Return what a form comes to, or what is wrong with it."""
    if not filled.is_valid():
        return {"problem": filled.problem()}
    try:
        return _asked(seen, read(filled), timeline)
    except Problem as problem:
        return {"problem": seen.said(problem)}


def _only_asks(seen: Visit) -> bool:
    """Return whether somebody may do nothing of all this at once."""
    return not any(seen.may(one) for one in CHANGING)


def _now(seen: Visit, timeline: Timeline) -> tuple[Subscription, tuple[Change, ...]]:
    """The state in force, and what is scheduled; what is only tried is still to be bought, as if it were not there."""
    state = timeline.on(seen.today)
    return replace(state, items={}) if state.on_trial else state, timeline.pending(seen.today)


def quote_named(request: HttpRequest, seen: Visit) -> tuple[Edit, ...]:
    """Return the edits of the quote that an address names, to fill its form in anew; none if it names none.

    Errors: NotFound.
    """
    quote_id = uuid_given(request.GET.get("quote", ""))
    return edits_of(seen.customer, quote(seen.id, quote_id)) if quote_id is not None else ()


def _tried(seen: Visit, timeline: Timeline) -> dict[str, str]:
    """The form filled in with what is tried, so that it can be bought as it is."""
    state = timeline.on(seen.today)
    tried = state.items.values() if state.on_trial else ()
    plans = {f"add_{item.product}": item.plan for item in tried}
    return plans | {f"quantity_{item.product}": str(item.quantity) for item in tried}


def _asked(seen: Visit, wishes: Wishes, timeline: Timeline) -> dict[str, Any]:
    """What a form asks for: the questions that must be answered first, and the summary once they are."""
    catalog, before = current_catalog(), timeline.states_before()
    questions = [
        {
            "id": collision.change.id,
            "said": words.said(collision.change.edit, before[collision.change.id], catalog),
            "on": money.day(collision.change.effective_on),
            "answer": collision.answer,
            "undo": seen.decide_undo(collision.change).outcome is not Outcome.REFUSED,
        }
        for collision in wishes.collisions
    ]
    if not wishes.edits or wishes.unanswered:
        return {"questions": questions, "summary": None, "asking": bool(wishes.unanswered)}
    known = context(seen.customer, seen.today, seen.policy)
    giving = releases(seen, wishes.edits, known.used)
    asked = {"questions": questions, "releases": giving, "asking": False}
    try:
        decided = decide(known, wishes.edits, seen.actor, seen.today)
    except SeatsInUse as problem:
        # Where people can be chosen, that says it better.
        said_of_all = " ".join(one.said for one in giving) or seen.said(problem)
        return {**asked, "summary": None, "problem": said_of_all}
    shown_now = summary(seen, decided, timeline, catalog)
    return {**asked, "summary": shown_now, "moved": decided.differs_from_expected}


def _kept(seen: Visit, quote_id: UUID, timeline: Timeline) -> Summary:
    kept = quote(seen.id, quote_id)
    return summary(seen, read_quote(kept.content), timeline, current_catalog())


def uuid_given(given: str) -> UUID | None:
    """Return the id that an address names, if it is one."""
    try:
        return UUID(given)
    except ValueError:
        return None
