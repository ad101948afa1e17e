"""Requests in words."""

from django.utils.translation import gettext as _

from bursar.core.policy import Decision, Policy
from bursar.core.request import RequestState
from bursar.words.decision import people


def standing(state: RequestState) -> str:
    """How a request stands."""
    return {
        "open": _("waiting for an answer"),
        "approved": _("approved"),
        "rejected": _("rejected"),
        "withdrawn": _("withdrawn"),
        "expired": _("expired"),
    }[state]


def reviewers(decision: Decision, policy: Policy) -> str:
    """Who can approve or reject, for somebody who may not."""
    return _("{people} can approve or reject it.").format(people=people(decision.ask, policy))
