"""The page on which a person chooses which optional emails to receive; the others always come."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from bursar.center.form_fields import PageForm, posted_fields
from bursar.center.navigation import redirect_to, signed_in_person
from bursar.notices.actions import set_unwanted_emails
from bursar.notices.queries import unwanted_kinds
from bursar.notices.readers import OPTIONAL


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the choice, and save it for every account of the person."""
    person = signed_in_person(request)
    unwanted_codes = unwanted_kinds(person.pk)
    form = EmailsForm(
        posted_fields(request), initial={"wanted": [code for code in OPTIONAL if code not in unwanted_codes]}
    )
    if form.is_valid():
        wanted = form.cleaned_data["wanted"]
        # The kinds that somebody does without are stored: a kind that is new one day is sent until they decline it.
        set_unwanted_emails(person.pk, unwanted=[code for code in OPTIONAL if code not in wanted])
        messages.success(request, _("Your choice of emails is saved."))
        return redirect_to("emails")
    return render(request, "center/emails.html", {"form": form}, status=form.status)


class EmailsForm(PageForm):
    """The optional emails that a person wants."""

    wanted = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("changes", gettext_lazy("Somebody changed the subscription, or a scheduled change took effect")),
            ("renewals", gettext_lazy("A renewal is coming, or the subscription was renewed")),
            ("payments", gettext_lazy("A payment came through")),
            ("reminders", gettext_lazy("A request still waits to be reviewed")),
        ],
    )
