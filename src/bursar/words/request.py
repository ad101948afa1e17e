"""Requests in words."""

from django.utils.translation import gettext as _

from bursar.core.request import RequestState


def standing(state: RequestState) -> str:
    """How a request stands."""
    return {
        "open": _("waiting for an answer"),
        "approved": _("approved"),
        "rejected": _("rejected"),
        "withdrawn": _("withdrawn"),
        "expired": _("expired"),
    }[state]
