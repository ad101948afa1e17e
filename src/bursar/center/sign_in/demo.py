"""The demo's sign-in: choose who you are. It exists only where BURSAR_DEMO says so, and only for sandbox people."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from bursar.accounts.queries import Customer, sandbox_customers
from bursar.accounts.sandbox import is_sandbox_only, lendable_people, sandbox_only_people
from bursar.center.people.capabilities import PAYMENT, SUBSCRIPTION
from bursar.center.sign_in.adapter import let_in
from bursar.center.sign_in.proof import SANDBOX
from bursar.center.visit import remember_language, to
from bursar.core.policy.capability import DESK
from bursar.core.policy.policy import Member, Outcome, Policy, decide, decide_for_staff
from bursar.i18n.decision import account_type_name, role_name, staff_role_name, summed_up
from bursar.identity.models import Person
from bursar.identity.staff import Colleague, colleague, staff
from bursar.policy.queries import NoPolicy, current

MOST: Final = 12
LEFT_OUT: Final = ("view_subscription", "view_invoices", "add_temporary_seats")
"""Capabilities that the summaries leave out: all people in charge have the first two, few account types the third."""
SUMMARIZED: Final = tuple(code for code in (*SUBSCRIPTION, *PAYMENT) if code not in LEFT_OUT)


def demo_accounts(now: datetime) -> list[dict[str, Any]]:
    """Return the sandbox accounts and their people, each with a summary of what they may do; empty without a demo."""
    if not settings.DEMO:
        return []
    try:
        policy = current()
    except NoPolicy:
        return []
    customers = sandbox_customers(MOST)
    lent = lendable_people([member.id for customer in customers for member in customer.account.members])
    return [
        {
            "name": customer.name,
            "type": account_type_name(policy, customer.account.account_type),
            "people": [
                _person(policy, customer, member, now) for member in customer.account.members if member.id in lent
            ],
        }
        for customer in customers
    ]


def demo_staff() -> list[dict[str, Any]]:
    """Return the staff of the sandboxes, each with a summary of what they may do; empty without a demo."""
    if not settings.DEMO:
        return []
    try:
        policy = current()
    except NoPolicy:
        return []
    colleagues = staff(sandbox=True)
    lent = sandbox_only_people([member.id for member in colleagues])
    return [_colleague(policy, member) for member in colleagues if member.id in lent]


@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as a person of a sandbox, or of its staff."""
    if not settings.DEMO:
        raise Http404
    if "colleague" in request.POST:
        chosen_id = _id(request.POST["colleague"])
        person_id = chosen_id if colleague(chosen_id) is not None and is_sandbox_only(chosen_id) else None
    else:
        chosen_id = _id(request.POST.get("member", ""))
        person_id = lendable_people([chosen_id]).get(chosen_id)
    if person_id is None:
        raise Http404
    person = Person.objects.get(pk=person_id)
    let_in(request, person, SANDBOX)
    return remember_language(to("home"), get_language() or person.locale)


def _person(policy: Policy, customer: Customer, member: Member, now: datetime) -> dict[str, Any]:
    on = customer.today(now)
    outcomes = {code: decide(policy, customer.account, member, code, on).outcome for code in SUMMARIZED}
    view = decide(policy, customer.account, member, "view_subscription", on).outcome is Outcome.ALLOWED
    return {
        "id": member.id,
        "name": member.name,
        "role": role_name(policy, member.role),
        "may": summed_up(
            [code for code, outcome in outcomes.items() if outcome is Outcome.ALLOWED],
            [code for code, outcome in outcomes.items() if outcome is Outcome.BY_REQUEST],
            SUMMARIZED,
        ),
        "view": view,
    }


def _colleague(policy: Policy, member: Colleague) -> dict[str, Any]:
    allowed = [code for code in (*SUMMARIZED, *DESK) if decide_for_staff(policy, member.actor, code).reason is None]
    return {
        "id": member.id,
        "name": member.name,
        "role": staff_role_name(policy, member.role),
        "may": summed_up(allowed, [], (*SUMMARIZED, *DESK)),
    }


def _id(sent: str) -> UUID:
    try:
        return UUID(sent)
    except ValueError:
        raise Http404 from None
