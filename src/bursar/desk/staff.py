"""The vendor's staff: who they are, appointing them, giving them another role, and letting them go."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bursar.accounts import staff as actions
from bursar.accounts.models import Person
from bursar.center.entry import to
from bursar.center.fields import MOST_NAME, wrong_email, wrong_name
from bursar.core.capability import STAFF_ROLES
from bursar.core.problem import Problem
from bursar.core.staff import MANAGING
from bursar.desk.entry import Shift, at_desk, shown
from bursar.desk.fields import filled
from bursar.notices.actions import write_to
from bursar.notices.letter import personal
from bursar.words import money
from bursar.words.decision import staff_role_name


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Everybody, and the form to appoint somebody for whoever may; who is there already gets another role by it."""
    shift = at_desk(request)
    if request.method != "POST":
        return _page(request, shift)
    given = filled(request, ("name", "email", "role"))
    wrong = {
        "name": wrong_name(given["name"], _("Give the person's name.")),
        "email": wrong_email(given["email"]),
        "role": "" if given["role"] in STAFF_ROLES else _("Choose one of the roles."),
    }
    if any(wrong.values()):
        return _page(request, shift, given=given, wrong=wrong)
    known = {one.email.lower() for one in actions.staff()}
    try:
        person_id = actions.appoint(
            shift.policy,
            name=given["name"],
            email=given["email"],
            role=given["role"],
            by=shift.colleague,
            now=shift.now,
        )
    except Problem as problem:
        return _page(request, shift, given=given, problem=shift.said(problem))
    if given["email"].lower() not in known:
        _welcome(shift, Person.objects.get(pk=person_id), given["role"])
    said = _("{name} is of the staff: {role}.")
    messages.success(request, said.format(name=given["name"], role=staff_role_name(shift.policy, given["role"])))
    return to("desk_staff")


@require_POST
def dismiss(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Let somebody be of the staff no longer."""
    shift = at_desk(request)
    name = next((one.name for one in actions.staff() if one.id == person_id), "")
    try:
        actions.dismiss(shift.policy, person_id, by=shift.colleague, now=shift.now)
    except Problem as problem:
        return _page(request, shift, problem=shift.said(problem))
    messages.success(request, _("{name} is of the staff no longer.").format(name=name))
    return to("home" if person_id == shift.colleague.id else "desk_staff")


def _page(
    request: HttpRequest,
    shift: Shift,
    *,
    given: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    problem: str = "",
) -> HttpResponse:
    roles = [(code, staff_role_name(shift.policy, code)) for code in shift.policy.staff]
    content = {
        "people": [
            {
                "id": one.id,
                "name": one.name,
                "email": one.email,
                "role": staff_role_name(shift.policy, one.role),
                "sandbox": one.sandbox,
                "since": money.day(one.since.date()),
                "last": money.day(one.last_sign_in_at.date()) if one.last_sign_in_at else "",
                "you": one.id == shift.colleague.id,
            }
            for one in actions.staff(sandbox=True if shift.colleague.sandbox else None)
        ],
        "roles": roles,
        "given": given or {"role": "support"},
        "wrong": wrong or {},
        "problem": problem,
        "longest": MOST_NAME,
        "manage": shift.may(MANAGING),
        "why_not": shift.why_not(MANAGING),
    }
    status = 422 if wrong else 409 if problem else 200
    return shown(request, shift, "desk_staff", "staff", content, status=status)


def _welcome(shift: Shift, person: Person, role: str) -> None:
    """Tell somebody that they are of the staff, and how they come in."""
    with translation.override(person.locale):
        lines = [
            _("{name} made you one of the vendor's staff: {role}.").format(
                name=shift.colleague.name, role=staff_role_name(shift.policy, role)
            ),
            _("You sign in by a link to this address, until you choose a password or add a passkey."),
        ]
        written = personal(person.locale, _("You are of the staff"), lines, _("Sign in"), "/sign-in/link")
    write_to(person, written, now=shift.now)
