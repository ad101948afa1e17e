"""Cancel the account: show what is lost and when, ask for the reason, and go on to the quote."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from bursar.center.form_fields import posted_fields
from bursar.center.forms import CancelForm
from bursar.center.manage.page import edits_of_named_quote, render_not_done, save_quote
from bursar.center.manage.subscription import waiting_payment
from bursar.center.navigation import redirect_to
from bursar.center.visit import open_visit, render_page
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
    visit = open_visit(request, account_id)
    visit.require("subscription", "cancel_account")
    edits_before = edits_of_named_quote(request, visit)
    reason = next((edit.reason for edit in edits_before if isinstance(edit, Cancel)), "")
    form = CancelForm(posted_fields(request), initial={"reason": reason})
    try:
        if form.is_valid():
            return redirect_to("summary", account_id, save_quote(visit, (Cancel(**form.cleaned_data),)))
        billing_context = context(visit.customer, visit.today, visit.policy)
        if any(isinstance(change.edit, Cancel) for change in billing_context.timeline.pending(visit.today)):
            return redirect_to("subscription", account_id)
        # Not saved: it only says on which day the account would end, and whether this person may end it.
        cancel_quote = quote(billing_context, (Cancel(reason=""),), visit.actor, visit.today)
    except Problem as problem:
        return render_not_done(request, visit, visit.message(problem), typed_text=form["reason"].value())
    [decided_cancel] = cancel_quote.edits
    if decided_cancel.effective_on is None:
        return render_not_done(request, visit, visit.explain(decided_cancel.decision))
    state = billing_context.timeline.on(visit.today)
    held_items = []
    for item in state.items.values():
        plan = billing_context.catalog.known_plan(item.product, item.plan)
        held_items.append(
            {
                "name": edits.product_name(billing_context.catalog, item.product),
                "plan": edits.plan_name(billing_context.catalog, item.product, item.plan),
                "quantity": edits.quantity(item.quantity, state.agreed_price(item).per.value),
                "features": [feature.in_language(locale().language) for feature in plan.features] if plan else [],
            }
        )
    content = {
        "form": form,
        "held_items": held_items,
        "on": money.day(decided_cancel.effective_on),
        "waiting_payment": waiting_payment(visit),
    }
    return render_page(request, visit, "subscription", "cancel", content, status=form.status)
