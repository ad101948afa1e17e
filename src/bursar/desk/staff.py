"""Staff of the vendor: list, appoint, change role, dismiss."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bursar.center.forms import PersonForm
from bursar.center.navigation import redirect_to
from bursar.core.messages.problem import Problem
from bursar.core.policy.staff import MANAGE_STAFF
from bursar.desk.visit import DeskVisit, open_desk_visit, render_desk_page
from bursar.i18n import money
from bursar.i18n.decision import staff_role_name
from bursar.identity import staff as actions
from bursar.identity.models import Person
from bursar.notices.actions import queue_personal_email
from bursar.notices.email import write_personal_email


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the staff and, to those who may, the form that appoints somebody or changes their role."""
    visit = open_desk_visit(request)
    if request.method != "POST":
        return _page(request, visit)
    form = _appointment_form(visit, request.POST)
    if not form.is_valid():
        return _page(request, visit, form)
    fields, emails = form.cleaned_data, {member.email.lower() for member in actions.staff()}
    try:
        person_id = actions.appoint(visit.policy, **fields, by=visit.colleague, now=visit.now)
    except Problem as problem:
        return _page(request, visit, form, problem=visit.message(problem))
    # Somebody who is on the staff already only gets another role, and knows how to sign in.
    if fields["email"].lower() not in emails:
        _tell_appointed(visit, Person.objects.get(pk=person_id), fields["role"])
    sentence = _("{name} is on the staff: {role}.")
    messages.success(request, sentence.format(name=fields["name"], role=staff_role_name(visit.policy, fields["role"])))
    return redirect_to("desk_staff")


@require_POST
def dismiss(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Dismiss somebody from the staff."""
    visit = open_desk_visit(request)
    name = next((member.name for member in actions.staff() if member.id == person_id), "")
    try:
        actions.dismiss(visit.policy, person_id, by=visit.colleague, now=visit.now)
    except Problem as problem:
        return _page(request, visit, problem=visit.message(problem))
    messages.success(request, _("{name} is no longer on the staff.").format(name=name))
    # Whoever dismisses themselves has no desk to return to.
    return redirect_to("home" if person_id == visit.colleague.id else "desk_staff")


def _appointment_form(visit: DeskVisit, posted: QueryDict | None = None) -> PersonForm:
    roles = [(code, staff_role_name(visit.policy, code)) for code in visit.policy.staff]
    return PersonForm(posted, initial={"role": "support"}, choices={"role": roles})


def _page(request: HttpRequest, visit: DeskVisit, form: PersonForm | None = None, *, problem: str = "") -> HttpResponse:
    form = form or _appointment_form(visit)
    content = {
        "people": [
            {
                "id": member.id,
                "name": member.name,
                "email": member.email,
                "role": staff_role_name(visit.policy, member.role),
                "is_sandbox": member.sandbox,
                "since": money.day(member.since.date()),
                "last_sign_in": money.day(member.last_sign_in_at.date()) if member.last_sign_in_at else "",
                "is_reader": member.id == visit.colleague.id,
            }
            for member in actions.staff(sandbox=True if visit.colleague.sandbox else None)
        ],
        "form": form,
        "problem": problem,
        "may_manage": visit.may(MANAGE_STAFF),
        "why_not": visit.explain(MANAGE_STAFF),
    }
    status = 409 if problem else form.status
    return render_desk_page(request, visit, "desk_staff", "staff", content, status=status)


def _tell_appointed(visit: DeskVisit, person: Person, role: str) -> None:
    """Tell somebody that they are on the staff, and how they sign in."""
    with translation.override(person.locale):
        paragraphs = [
            _("{name} made you one of the vendor's staff: {role}.").format(
                name=visit.colleague.name, role=staff_role_name(visit.policy, role)
            ),
            _("You sign in by a link to this address, until you choose a password or add a passkey."),
        ]
        subject = _("You are on the staff")
        email_content = write_personal_email(person.locale, subject, paragraphs, _("Sign in"), "/sign-in/link")
    queue_personal_email(person, email_content, now=visit.now)
