"""Billing admins and the owner: list, appoint, remove, limit, pass ownership on."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bursar.accounts.limits import set_limit
from bursar.accounts.members import transfer_ownership as pass_ownership_on
from bursar.accounts.queries import MemberRow, members
from bursar.center.form_fields import PageForm
from bursar.center.forms import AppointForm, LimitForm, PassingForm, StaffPassingForm
from bursar.center.visit import Visit, shown, to, visit
from bursar.checkout import followed
from bursar.core.messages.problem import Problem
from bursar.core.money.money import Money, amount_text
from bursar.core.policy.limits import UNLIMITED
from bursar.core.policy.member import BILLING_ADMIN, OWNER
from bursar.i18n.decision import role_name
from bursar.i18n.limit import limit_said
from bursar.seats.actions import change_member


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the owner and the billing admins; the owner chooses from the admins here."""
    return _page(request, visit(request, account_id))


@require_POST
def appoint(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Make an admin a billing admin."""
    seen = visit(request, account_id)
    form = _appointing(members(account_id), request.POST)
    if not form.is_valid():
        return _page(request, seen, appointing=form)
    return _change_role(request, seen, UUID(form.cleaned_data["member"]), "billing_admin", appointing=form)


@require_POST
def remove(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Make a billing admin an admin again."""
    return _change_role(request, visit(request, account_id), member_id, "admin")


@require_POST
def limit(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Set the limit on what billing admins may add without a request; an empty field is no limit."""
    seen = visit(request, account_id)
    form = LimitForm(request.POST, currency=seen.currency)
    if not form.is_valid():
        return _page(request, seen, limit=form)
    seats, amount = form.cleaned_data["seats"], form.cleaned_data["amount"]
    try:
        set_limit(seen.policy, account_id, seats=seats, amount=amount, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, seen.said(problem), limit=form)
    messages.success(request, limit_said(seats, amount.amount_minor if amount else None, seen.currency))
    return to("admins", account_id)


@require_POST
def pass_on(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Make a billing admin the owner in place of the present one."""
    seen, listed = visit(request, account_id), members(account_id)
    form = _passing(seen, listed, request.POST)
    if not form.is_valid():
        return _page(request, seen, passing=form)
    member_id, reason = UUID(form.cleaned_data["member"]), form.cleaned_data.get("reason", "")
    try:
        with followed(account_id, actor=seen.actor, now=seen.now):
            pass_ownership_on(seen.policy, account_id, member_id, reason=reason, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, seen.said(problem), passing=form)
    done = _("{name} owns the account now.") if seen.staff else _("{name} owns the account now, and you are an admin.")
    messages.success(request, done.format(name=_name(listed, member_id)))
    return to("admins", account_id)


def _change_role(
    request: HttpRequest, seen: Visit, member_id: UUID, role: str, *, appointing: AppointForm | None = None
) -> HttpResponse:
    """Change the role of a member."""
    name = _name(members(seen.id), member_id)
    try:
        with followed(seen.id, actor=seen.actor, now=seen.now):
            change_member(seen.policy, seen.id, member_id, role=role, actor=seen.actor, now=seen.now)
    except Problem as problem:
        return _page(request, seen, seen.said(problem), appointing=appointing)
    template = _("{name} is a billing admin now.") if role == "billing_admin" else _("{name} is an admin again.")
    messages.success(request, template.format(name=name))
    return to("admins", seen.id)


def _page(
    request: HttpRequest,
    seen: Visit,
    problem: str = "",
    *,
    appointing: AppointForm | None = None,
    limit: LimitForm | None = None,
    passing: PageForm | None = None,
) -> HttpResponse:
    everybody = members(seen.id)
    wrong = any(form.errors for form in (appointing, limit, passing) if form is not None)
    deciding = seen.decide("appoint_billing_admins")
    content = {
        "problem": problem,
        "people": [
            _shown(seen, row) for row in everybody if row.state == "active" and row.role in (OWNER, BILLING_ADMIN)
        ],
        "appointing": appointing or _appointing(everybody),
        "limit": limit or LimitForm(currency=seen.currency, filled=_own_limit(seen)),
        "passing": passing or _passing(seen, everybody),
        "owner": seen.may("appoint_billing_admins") if seen.staff else seen.actor.role == OWNER,
        "appoint": seen.may("appoint_billing_admins"),
        "why_not": seen.why_not(deciding),
        "limits": _limits(seen),
    }
    return shown(request, seen, "admins", "admins", content, status=422 if wrong else 409 if problem else 200)


def _appointing(everybody: list[MemberRow], sent: QueryDict | None = None) -> AppointForm:
    return AppointForm(sent, choices={"member": _active(everybody, "admin")})


def _passing(seen: Visit, everybody: list[MemberRow], sent: QueryDict | None = None) -> PageForm:
    kind = StaffPassingForm if seen.staff else PassingForm
    return kind(sent, choices={"member": _active(everybody, BILLING_ADMIN)})


def _active(everybody: list[MemberRow], role: str) -> list[tuple[str, str]]:
    """Return the active members of a role to choose from."""
    return [
        (str(row.id), f"{row.name} ({row.email})") for row in everybody if (row.role, row.state) == (role, "active")
    ]


def _name(everybody: list[MemberRow], member_id: UUID) -> str:
    return next((row.name for row in everybody if row.id == member_id), "")


def _limits(seen: Visit) -> list[str]:
    """Return the limits of billing admins in sentences: of the policy, and of the owner."""
    limits = (seen.policy.limits.get(BILLING_ADMIN), seen.customer.account.limits.get(BILLING_ADMIN))
    sentences = [limit_said(limit.seats, limit.amounts.get(seen.currency), seen.currency) for limit in limits if limit]
    return list(dict.fromkeys(sentences))


def _own_limit(seen: Visit) -> dict[str, str]:
    """Return the fields of the owner's limit as they are filled in."""
    own = seen.customer.account.limits.get(BILLING_ADMIN, UNLIMITED)
    amount_minor = own.amounts.get(seen.currency)
    seats = "" if own.seats is None else str(own.seats)
    return {"seats": seats, "amount": "" if amount_minor is None else amount_text(Money(amount_minor, seen.currency))}


def _shown(seen: Visit, member: MemberRow) -> dict[str, object]:
    return {
        "id": member.id,
        "name": member.name,
        "email": member.email,
        "role": role_name(seen.policy, member.role),
        "you": member.id == seen.actor.id,
        "last": seen.real_day(member.last_sign_in_at) if member.last_sign_in_at else "",
        "removable": member.role == "billing_admin",
    }
