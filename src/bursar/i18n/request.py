"""Requests in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from bursar.core.ordering.request import CAUSE_PHRASES, Cause, Difference, RequestState
from bursar.core.policy.policy import Decision, Policy
from bursar.i18n.decision import account_type_name, people


def request_state(state: RequestState) -> str:
    """Return the state of a request in words."""
    return {
        "open": _("waiting for an answer"),
        "approved": _("approved"),
        "rejected": _("rejected"),
        "withdrawn": _("withdrawn"),
        "expired": _("expired"),
        "overtaken": _("overtaken by events"),
    }[state]


def overtaken_in_words(cause: Cause) -> str:
    """Say that a request was closed by itself, and why."""
    return _("The request was closed by itself, because {why}.").format(why=_(CAUSE_PHRASES[cause].template))


def differences_in_words(differences: Iterable[Difference], policy: Policy, before: str, after: str) -> list[str]:
    """Return a sentence for each change since a request was made; the account was of the type `before`."""
    types = [account_type_name(policy, account_type) for account_type in (before, after)]
    sentences = {
        "catalog": _("The catalog has changed since; what is added costs what it costs today."),
        "policy": _("The rules of the vendor have changed since."),
        "account_type": _("The type of the account has changed since: {before} → {after}.").format(
            before=types[0], after=types[1]
        ),
    }
    return [sentences[difference] for difference in differences]


def reviewers(decision: Decision, policy: Policy) -> str:
    """Name the people who can approve or reject, for a reader who may not."""
    return _("{people} can approve or reject it.").format(people=people(decision.ask, policy))
