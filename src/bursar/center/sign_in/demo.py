"""The demo's sign-in: choose who you are. It exists only where BURSAR_DEMO says so, and only for sandbox people."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from bursar.accounts.queries import Customer
from bursar.accounts.sandbox import is_sandbox_only, lendable_people, sandbox_customers, sandbox_only_people
from bursar.center.form_fields import read_uuid
from bursar.center.navigation import redirect_to, remember_language
from bursar.center.people.capabilities import PAYMENT, SUBSCRIPTION
from bursar.center.sign_in.adapter import sign_in_vouched
from bursar.center.sign_in.proof import SANDBOX
from bursar.core.policy.capability import DESK
from bursar.core.policy.policy import Member, Outcome, Policy, decide, decide_for_staff
from bursar.i18n.decision import account_type_name, rights_in_words, role_name, staff_role_name
from bursar.identity.models import Person
from bursar.identity.staff import Colleague, colleague, staff
from bursar.policy.queries import NoPolicy, current

MOST_ACCOUNTS: Final = 12
NOT_SUMMARIZED: Final = ("view_subscription", "view_invoices", "add_temporary_seats")
"""Capabilities that the summaries leave out: all people in charge have the first two, few account types the third."""
SUMMARIZED: Final = tuple(code for code in (*SUBSCRIPTION, *PAYMENT) if code not in NOT_SUMMARIZED)


def demo_accounts(now: datetime) -> list[dict[str, Any]]:
    """Return the sandbox accounts and their people, each with a summary of what they may do; empty without a demo."""
    if not settings.DEMO:
        return []
    try:
        policy = current()
    except NoPolicy:
        return []
    customers = sandbox_customers(MOST_ACCOUNTS)
    person_by_member = lendable_people([member.id for customer in customers for member in customer.account.members])
    return [
        {
            "name": customer.name,
            "type": account_type_name(policy, customer.account.account_type),
            "people": [
                _member_row(policy, customer, member, now)
                for member in customer.account.members
                if member.id in person_by_member
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
    sandbox_people = sandbox_only_people([member.id for member in colleagues])
    return [_colleague_row(policy, member) for member in colleagues if member.id in sandbox_people]


@require_POST
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as a person of a sandbox, or of its staff."""
    if not settings.DEMO:
        raise Http404
    if "colleague" in request.POST:
        # Whether the person is still only in sandboxes is asked again: the page with the list may be old.
        staff_id = read_uuid(request.POST["colleague"])
        is_lendable = staff_id is not None and colleague(staff_id) is not None and is_sandbox_only(staff_id)
        person_id = staff_id if is_lendable else None
    else:
        member_id = read_uuid(request.POST.get("member", ""))
        person_id = lendable_people([member_id]).get(member_id) if member_id is not None else None
    if person_id is None:
        raise Http404
    person = Person.objects.get(pk=person_id)
    sign_in_vouched(request, person, SANDBOX)
    return remember_language(redirect_to("home"), get_language() or person.locale)


def _member_row(policy: Policy, customer: Customer, member: Member, now: datetime) -> dict[str, Any]:
    on = customer.today(now)
    outcome_by_code = {code: decide(policy, customer.account, member, code, on).outcome for code in SUMMARIZED}
    sees_subscription = decide(policy, customer.account, member, "view_subscription", on).outcome is Outcome.ALLOWED
    return {
        "id": member.id,
        "name": member.name,
        "role": role_name(policy, member.role),
        "summary": rights_in_words(
            [code for code, outcome in outcome_by_code.items() if outcome is Outcome.ALLOWED],
            [code for code, outcome in outcome_by_code.items() if outcome is Outcome.BY_REQUEST],
            SUMMARIZED,
        ),
        "sees_subscription": sees_subscription,
    }


def _colleague_row(policy: Policy, member: Colleague) -> dict[str, Any]:
    allowed = [code for code in (*SUMMARIZED, *DESK) if decide_for_staff(policy, member.actor, code).reason is None]
    return {
        "id": member.id,
        "name": member.name,
        "role": staff_role_name(policy, member.role),
        "summary": rights_in_words(allowed, [], (*SUMMARIZED, *DESK)),
    }
