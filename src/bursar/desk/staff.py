"""The vendor's staff: who they are, appointing them, giving them another role, and letting them go."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bursar.center.forms import PersonForm
from bursar.center.visit import to
from bursar.core.messages.problem import Problem
from bursar.core.policy.staff import MANAGING
from bursar.desk.visit import Shift, at_desk, shown
from bursar.i18n import money
from bursar.i18n.decision import staff_role_name
from bursar.identity import staff as actions
from bursar.identity.models import Person
from bursar.notices.actions import write_to
from bursar.notices.email import personal


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Everybody, and the form to appoint somebody for whoever may; who is there already gets another role by it."""
    shift = at_desk(request)
    if request.method != "POST":
        return _page(request, shift)
    form = _appointing(shift, request.POST)
    if not form.is_valid():
        return _page(request, shift, form)
    given, known = form.cleaned_data, {one.email.lower() for one in actions.staff()}
    try:
        person_id = actions.appoint(shift.policy, **given, by=shift.colleague, now=shift.now)
    except Problem as problem:
        return _page(request, shift, form, problem=shift.said(problem))
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


def _appointing(shift: Shift, sent: QueryDict | None = None) -> PersonForm:
    roles = [(code, staff_role_name(shift.policy, code)) for code in shift.policy.staff]
    return PersonForm(sent, filled={"role": "support"}, choices={"role": roles})


def _page(request: HttpRequest, shift: Shift, form: PersonForm | None = None, *, problem: str = "") -> HttpResponse:
    form = form or _appointing(shift)
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
        "form": form,
        "problem": problem,
        "manage": shift.may(MANAGING),
        "why_not": shift.why_not(MANAGING),
    }
    status = 409 if problem else form.status
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
