"""Billing admins: who the owner and they are, appointing and removing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bursar.accounts.members import pass_on as pass_ownership_on
from bursar.accounts.queries import MemberRow, members
from bursar.center.entry import Visit, shown, to, visit
from bursar.core.member import OWNER
from bursar.core.problem import Problem
from bursar.seats.actions import change_member
from bursar.words.decision import role_name


@require_GET
def page(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Everybody of the account may see who decides about billing; who may appoint chooses from the admins."""
    return _page(request, visit(request, account_id))


@require_POST
def appoint(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Make an admin a billing admin."""
    return _give(request, account_id, request.POST.get("member", ""), "billing_admin")


@require_POST
def remove(request: HttpRequest, account_id: UUID, member_id: UUID) -> HttpResponse:
    """Make a billing admin an admin again."""
    return _give(request, account_id, str(member_id), "admin")


@require_POST
def pass_on(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Make a billing admin the owner instead of whoever asks for it."""
    seen, member = visit(request, account_id), request.POST.get("member", "")
    chosen = next((one for one in seen.customer.account.members if str(one.id) == member), None)
    if chosen is None:
        return _page(request, seen, _("Choose one of the billing admins."))
    if not request.POST.get("sure"):
        return _page(request, seen, _("Tick that you want to give up ownership; nothing was changed."))
    try:
        pass_ownership_on(account_id, chosen.id, actor=seen.member, now=seen.now)
    except Problem as problem:
        return _page(request, seen, seen.said(problem))
    messages.success(request, _("{name} owns the account now, and you are an admin.").format(name=chosen.name))
    return to("admins", account_id)


def _give(request: HttpRequest, account_id: UUID, member: str, role: str) -> HttpResponse:
    """Give one of the account's members another role."""
    seen = visit(request, account_id)
    chosen = next((one for one in seen.customer.account.members if str(one.id) == member), None)
    if chosen is None:
        return _page(request, seen, _("Choose one of the admins."))
    try:
        change_member(seen.policy, account_id, chosen.id, role=role, actor=seen.member, now=seen.now)
    except Problem as problem:
        return _page(request, seen, seen.said(problem))
    template = _("{name} is a billing admin now.") if role == "billing_admin" else _("{name} is an admin again.")
    messages.success(request, template.format(name=chosen.name))
    return to("admins", account_id)


def _page(request: HttpRequest, seen: Visit, problem: str = "") -> HttpResponse:
    everybody = [one for one in members(seen.id) if one.state == "active"]
    deciding = seen.decide("appoint_billing_admins")
    content = {
        "problem": problem,
        "people": [_shown(seen, one) for one in everybody if one.role in ("owner", "billing_admin")],
        "admins": [(one.id, f"{one.name} ({one.email})") for one in everybody if one.role == "admin"],
        "heirs": [(one.id, f"{one.name} ({one.email})") for one in everybody if one.role == "billing_admin"],
        "owner": seen.member.role == OWNER,
        "appoint": seen.may("appoint_billing_admins"),
        "why_not": seen.why_not(deciding),
    }
    return shown(request, seen, "admins", "admins", content, status=409 if problem else 200)


def _shown(seen: Visit, one: MemberRow) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "role": role_name(seen.policy, one.role),
        "you": one.id == seen.member.id,
        "removable": one.role == "billing_admin",
    }
