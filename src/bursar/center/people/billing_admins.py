"""Billing admins and the owner: list, appoint, remove, limit, pass ownership on."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bursar.accounts.limits import set_limit
from bursar.accounts.member_list import MemberRow, member_row, members
from bursar.accounts.members import transfer_ownership as transfer_account_ownership
from bursar.center.form_fields import PageForm, read_search, read_uuid
from bursar.center.forms import AppointBillingAdminForm, LimitForm, StaffTransferOwnershipForm, TransferOwnershipForm
from bursar.center.navigation import redirect_to
from bursar.center.visit import Visit, open_visit, render_page
from bursar.checkout import followed
from bursar.core.messages.problem import Problem
from bursar.core.money.money import Money, amount_text
from bursar.core.policy.limits import UNLIMITED
from bursar.core.policy.member import ADMIN, BILLING_ADMIN, IN_CHARGE, OWNER
from bursar.i18n.decision import role_name
from bursar.i18n.limit import limit_in_words
from bursar.seats.actions import change_member

PAGE: Final = 30
MOST_CHOICES: Final = 50


@require_safe
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show the owner and the billing admins; the owner chooses from the admins here."""
    return _page(request, open_visit(request, account_id))


@require_POST
def appoint(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Make an admin a billing admin."""
    visit = open_visit(request, account_id)
    form = _appointment_form(visit, request.POST)
    if not form.is_valid():
        return _page(request, visit, appointment=form)
    return _change_role(request, visit, UUID(form.cleaned_data["member"]), "billing_admin", appointment=form)


@require_POST
def remove(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Make a billing admin an admin again."""
    return _change_role(request, open_visit(request, account_id), member_id, "admin")


@require_POST
def limit(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Set the limit on what billing admins may add without a request; an empty field is no limit."""
    visit = open_visit(request, account_id)
    form = LimitForm(request.POST, currency=visit.currency)
    if not form.is_valid():
        return _page(request, visit, limit=form)
    seats, amount = form.cleaned_data["seats"], form.cleaned_data["amount"]
    try:
        set_limit(visit.policy, account_id, seats=seats, amount=amount, actor=visit.actor, now=visit.now)
    except Problem as problem:
        return _page(request, visit, visit.message(problem), limit=form)
    messages.success(request, limit_in_words(seats, amount.amount_minor if amount else None, visit.currency))
    return redirect_to("admins", account_id)


@require_POST
def transfer_ownership(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Make a billing admin the owner in place of the present one."""
    visit = open_visit(request, account_id)
    form = _transfer_form(visit, request.POST)
    if not form.is_valid():
        return _page(request, visit, transfer=form)
    member_id, reason = UUID(form.cleaned_data["member"]), form.cleaned_data.get("reason", "")
    try:
        # `followed` also closes an open request that nobody can approve after this.
        with followed(account_id, actor=visit.actor, now=visit.now):
            transfer_account_ownership(
                visit.policy, account_id, member_id, reason=reason, actor=visit.actor, now=visit.now
            )
    except Problem as problem:
        return _page(request, visit, visit.message(problem), transfer=form)
    template = (
        _("{name} owns the account now.") if visit.is_staff else _("{name} owns the account now, and you are an admin.")
    )
    messages.success(request, template.format(name=_member_name(account_id, member_id)))
    return redirect_to("admins", account_id)


def _change_role(
    request: HttpRequest,
    visit: Visit,
    member_id: UUID,
    role: str,
    *,
    appointment: AppointBillingAdminForm | None = None,
) -> HttpResponse:
    """Change the role of a member."""
    name = _member_name(visit.id, member_id)
    try:
        with followed(visit.id, actor=visit.actor, now=visit.now):
            change_member(visit.policy, visit.id, member_id, role=role, actor=visit.actor, now=visit.now)
    except Problem as problem:
        return _page(request, visit, visit.message(problem), appointment=appointment)
    template = _("{name} is a billing admin now.") if role == "billing_admin" else _("{name} is an admin again.")
    messages.success(request, template.format(name=name))
    return redirect_to("admins", visit.id)


def _page(
    request: HttpRequest,
    visit: Visit,
    problem: str = "",
    *,
    appointment: AppointBillingAdminForm | None = None,
    limit: LimitForm | None = None,
    transfer: PageForm | None = None,
) -> HttpResponse:
    in_charge = members(
        visit.id,
        roles=IN_CHARGE,
        state="active",
        after=read_uuid(request.GET.get("after", "")),
        limit=PAGE + 1,
    )
    q = read_search(request.GET.get("q", ""))
    appointment, transfer = appointment or _appointment_form(visit, q=q), transfer or _transfer_form(visit, q=q)
    has_errors = any(form.errors for form in (appointment, limit, transfer) if form is not None)
    appointing_decision = visit.decide("appoint_billing_admins")
    content = {
        "problem": problem,
        "people": [_admin_row(visit, row) for row in in_charge[:PAGE]],
        "next_page": str(in_charge[PAGE - 1].id) if len(in_charge) > PAGE else "",
        "appointment": appointment,
        "q": q,
        # A search helps only where not everybody can be chosen.
        "has_search": bool(q)
        or any(form.number_of_choices("member") >= MOST_CHOICES for form in (appointment, transfer)),
        "limit": limit or LimitForm(currency=visit.currency, initial=_owner_limit_fields(visit)),
        "transfer": transfer,
        "may_transfer": visit.may("appoint_billing_admins") if visit.is_staff else visit.actor.role == OWNER,
        "may_appoint": visit.may("appoint_billing_admins"),
        "why_not": visit.explain(appointing_decision),
        "limits": _limit_sentences(visit),
    }
    return render_page(
        request, visit, "admins", "admins", content, status=422 if has_errors else 409 if problem else 200
    )


def _appointment_form(visit: Visit, posted: QueryDict | None = None, q: str = "") -> AppointBillingAdminForm:
    return AppointBillingAdminForm(posted, choices={"member": _choices(visit, ADMIN, posted, q)})


def _transfer_form(visit: Visit, posted: QueryDict | None = None, q: str = "") -> PageForm:
    # Staff give a reason, because they act for an owner who cannot confirm it.
    form_class = StaffTransferOwnershipForm if visit.is_staff else TransferOwnershipForm
    return form_class(posted, choices={"member": _choices(visit, BILLING_ADMIN, posted, q)})


def _choices(visit: Visit, role: str, posted: QueryDict | None, q: str) -> list[tuple[str, str]]:
    """Return active members of a role to choose from, and the one who was chosen, whom the list may not show."""
    rows = members(visit.id, roles=[role], state="active", q=q, limit=MOST_CHOICES)
    chosen_id = read_uuid(posted.get("member", "")) if posted else None
    chosen = member_row(visit.id, chosen_id) if chosen_id else None
    if chosen is not None and chosen not in rows and (chosen.role, chosen.state) == (role, "active"):
        rows.append(chosen)
    return [(str(row.id), f"{row.name} ({row.email})") for row in rows]


def _member_name(account_id: UUID, member_id: UUID) -> str:
    row = member_row(account_id, member_id)
    return row.name if row else ""


def _limit_sentences(visit: Visit) -> list[str]:
    """Return the limits of billing admins in sentences: of the policy, and of the owner."""
    limits = (visit.policy.limits.get(BILLING_ADMIN), visit.customer.account.limits.get(BILLING_ADMIN))
    sentences = [
        limit_in_words(limit.seats, limit.amounts.get(visit.currency), visit.currency) for limit in limits if limit
    ]
    # The owner may have set the limit that the policy has anyway; it is said once.
    return list(dict.fromkeys(sentences))


def _owner_limit_fields(visit: Visit) -> dict[str, str]:
    """Return the fields of the owner's limit as they are filled in."""
    owner_limit = visit.customer.account.limits.get(BILLING_ADMIN, UNLIMITED)
    amount_minor = owner_limit.amounts.get(visit.currency)
    seats = "" if owner_limit.seats is None else str(owner_limit.seats)
    return {"seats": seats, "amount": "" if amount_minor is None else amount_text(Money(amount_minor, visit.currency))}


def _admin_row(visit: Visit, member: MemberRow) -> dict[str, object]:
    return {
        "id": member.id,
        "name": member.name,
        "email": member.email,
        "role": role_name(visit.policy, member.role),
        "is_reader": member.id == visit.actor.id,
        "last_sign_in": visit.real_day(member.last_sign_in_at) if member.last_sign_in_at else "",
        "is_removable": member.role == "billing_admin",
    }
