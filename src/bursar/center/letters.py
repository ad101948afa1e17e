"""Which of the letters that one may do without a person wants; the others always come."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bursar.center.entry import signed_in, to
from bursar.notices.actions import choose
from bursar.notices.catalogue import OPTIONAL
from bursar.notices.queries import unwanted


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The choice, which holds in every account of the person."""
    person = signed_in(request)
    if request.method == "POST":
        choose(person.pk, without=[one for one in OPTIONAL if one not in request.POST.getlist("wanted")])
        messages.success(request, _("Your choice of letters is saved."))
        return to("letters")
    without = unwanted(person.pk)
    choices = [{"code": one, "name": _name(one), "wanted": one not in without} for one in OPTIONAL]
    return render(request, "center/letters.html", {"choices": choices})


def _name(code: str) -> str:
    names = {
        "changes": _("Somebody changed the subscription, or what was scheduled took effect"),
        "renewals": _("A renewal comes, or the subscription was renewed"),
        "payments": _("A payment came through"),
        "reminders": _("A request still waits to be reviewed"),
    }
    return names[code]
