"""Staff of the vendor: list, appoint, change role, dismiss."""

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
from bursar.notices.actions import queue_personal_email
from bursar.notices.email import write_personal_email


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the staff and, to those who may, the form that appoints somebody or changes their role."""
    shift = at_desk(request)
    if request.method != "POST":
        return _page(request, shift)
    form = _appointing(shift, request.POST)
    if not form.is_valid():
        return _page(request, shift, form)
    fields, emails = form.cleaned_data, {member.email.lower() for member in actions.staff()}
    try:
        person_id = actions.appoint(shift.policy, **fields, by=shift.colleague, now=shift.now)
    except Problem as problem:
        return _page(request, shift, form, problem=shift.said(problem))
    if fields["email"].lower() not in emails:
        _welcome(shift, Person.objects.get(pk=person_id), fields["role"])
    sentence = _("{name} is of the staff: {role}.")
    messages.success(request, sentence.format(name=fields["name"], role=staff_role_name(shift.policy, fields["role"])))
    return to("desk_staff")


@require_POST
def dismiss(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Dismiss somebody from the staff."""
    shift = at_desk(request)
    name = next((member.name for member in actions.staff() if member.id == person_id), "")
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
                "id": member.id,
                "name": member.name,
                "email": member.email,
                "role": staff_role_name(shift.policy, member.role),
                "sandbox": member.sandbox,
                "since": money.day(member.since.date()),
                "last": money.day(member.last_sign_in_at.date()) if member.last_sign_in_at else "",
                "you": member.id == shift.colleague.id,
            }
            for member in actions.staff(sandbox=True if shift.colleague.sandbox else None)
        ],
        "form": form,
        "problem": problem,
        "manage": shift.may(MANAGING),
        "why_not": shift.why_not(MANAGING),
    }
    status = 409 if problem else form.status
    return shown(request, shift, "desk_staff", "staff", content, status=status)


def _welcome(shift: Shift, person: Person, role: str) -> None:
    """Tell somebody that they are on the staff, and how they sign in."""
    with translation.override(person.locale):
        lines = [
            _("{name} made you one of the vendor's staff: {role}.").format(
                name=shift.colleague.name, role=staff_role_name(shift.policy, role)
            ),
            _("You sign in by a link to this address, until you choose a password or add a passkey."),
        ]
        written = write_personal_email(person.locale, _("You are of the staff"), lines, _("Sign in"), "/sign-in/link")
    queue_personal_email(person, written, now=shift.now)
