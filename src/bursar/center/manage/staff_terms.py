"""Terms that only staff set on the form of Manage subscription: the day from which changes count."""

from dataclasses import dataclass
from typing import Final

from django.forms import BoundField
from django.utils.translation import gettext as _

from bursar.center.manage.form import ManageForm
from bursar.center.manage.options import Choice

DAY_CODES: Final = ("", "now", "renewal", "day", "trial")


@dataclass(frozen=True, slots=True)
class StaffTerms:
    """Terms of a change: the choices of its day, and the day itself for one of them."""

    choices: tuple[Choice, ...]
    day: BoundField


def staff_terms(form: ManageForm, *, with_trial: bool) -> StaffTerms:
    """Return the choices of the day from which changes count, with the answer; a trial only before any purchase."""
    names = [_("as the policy says"), _("at once"), _("at the renewal"), _("on the day below")]
    names += [_("as a trial, free of charge until the day below")] if with_trial else []
    chosen_code = form["on"].value()
    choices = tuple(
        Choice("on", code, name, chosen=code == chosen_code) for code, name in zip(DAY_CODES, names, strict=False)
    )
    return StaffTerms(choices, form["day"])
