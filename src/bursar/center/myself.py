"""Who somebody is, as they say themselves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bursar.accounts.oneself import rename
from bursar.center.entry import signed_in, to
from bursar.center.fields import MOST_NAME, wrong_name


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The name that somebody goes by here, and another one."""
    person = signed_in(request)
    name, wrong = person.name, ""
    if request.method == "POST":
        name = request.POST.get("name", "").strip()
        if not (wrong := wrong_name(name, _("Give your name."))):
            rename(person.pk, name=name)
            messages.success(request, _("Your name is saved."))
            return to("me")
    content = {"name": name, "wrong": wrong, "longest": MOST_NAME}
    return render(request, "center/me.html", content, status=422 if wrong else 200)
