"""Cancel the account: show what is lost and when, ask for the reason, and go on to the quote."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from bursar.center.form_fields import posted
from bursar.center.forms import CancelForm
from bursar.center.manage.page import not_done, quote_named, save_quote
from bursar.center.manage.subscription import waiting
from bursar.center.visit import shown, to, visit
from bursar.checkout import context
from bursar.core.messages.problem import Problem
from bursar.core.ordering.quote import quote
from bursar.core.subscription.edit import Cancel
from bursar.i18n import edits, money
from bursar.i18n.language import locale


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show what would be lost and when; sent with a reason, go on to the quote that ends the account.

    The quote named in the address fills in its reason again.
    """
    seen = visit(request, account_id)
    seen.check("subscription", "cancel_account")
    edits_before = quote_named(request, seen)
    reason = next((edit.reason for edit in edits_before if isinstance(edit, Cancel)), "")
    form = CancelForm(posted(request), filled={"reason": reason})
    try:
        if form.is_valid():
            return to("summary", account_id, save_quote(seen, (Cancel(**form.cleaned_data),)))
        billing_context = context(seen.customer, seen.today, seen.policy)
        if any(isinstance(change.edit, Cancel) for change in billing_context.timeline.pending(seen.today)):
            return to("subscription", account_id)
        decided = quote(billing_context, (Cancel(reason=""),), seen.actor, seen.today)
    except Problem as problem:
        return not_done(request, seen, seen.said(problem), written=form["reason"].value())
    [ending] = decided.edits
    if ending.effective_on is None:
        return not_done(request, seen, seen.why_not(ending.decision))
    state = billing_context.timeline.on(seen.today)
    held = []
    for item in state.items.values():
        plan = billing_context.catalog.known_plan(item.product, item.plan)
        held.append(
            {
                "name": edits.product_name(billing_context.catalog, item.product),
                "plan": edits.plan_name(billing_context.catalog, item.product, item.plan),
                "quantity": edits.quantity(item.quantity, state.agreed_price(item).per.value),
                "features": [feature.in_language(locale().language) for feature in plan.features] if plan else [],
            }
        )
    content = {
        "form": form,
        "held": held,
        "on": money.day(ending.effective_on),
        "waiting": waiting(seen),
    }
    return shown(request, seen, "subscription", "cancel", content, status=form.status)
