"""From when changes count: what only the vendor's staff is asked on the form of Manage subscription."""

from dataclasses import dataclass
from typing import Final

from django.forms import BoundField
from django.utils.translation import gettext as _

from bursar.center.manage.form import ManageForm
from bursar.center.manage.options import Choice

ON: Final = ("", "now", "renewal", "day", "trial")


@dataclass(frozen=True, slots=True)
class Terms:
    """From when changes count: the choices, and the day for one of them."""

    choices: tuple[Choice, ...]
    day: BoundField


def terms(form: ManageForm, *, trial: bool) -> Terms:
    """The question from when the changes count, as it was answered; who has bought nothing yet may get a trial."""
    names = [_("as the policy says"), _("at once"), _("at the renewal"), _("on the day below")]
    names += [_("as a trial, free of charge until the day below")] if trial else []
    wanted = form["on"].value()
    choices = tuple(Choice("on", code, name, chosen=code == wanted) for code, name in zip(ON, names, strict=False))
    return Terms(choices, form["day"])
