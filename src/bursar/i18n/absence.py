"""Sentences about a member who may do nothing yet or any more: invited, or suspended."""

from django.utils.translation import gettext as _

from bursar.core.policy.member import NotActive, SuspendedMember
from bursar.core.policy.policy import Decision, Outcome, Policy
from bursar.i18n.decision import people, whom_to_ask
from bursar.i18n.problem import said


def turned_away(problem: NotActive, policy: Policy, *, themselves: bool = False) -> str:
    """Why not, and whom to ask; to the person themselves, or to a program that speaks for them."""
    suspended = isinstance(problem, SuspendedMember)
    if not themselves:
        why = said(problem)
    elif suspended:
        why = _("You are suspended in this account and may do nothing in it.")
    else:
        why = _(
            "You have not accepted the invitation to this account yet: open the link in the email that invites you."
        )
    if problem.ask[0].role in policy.roles:
        template = _("{people} can change that.") if suspended else _("{people} can send the invitation again.")
        return f"{why} {template.format(people=people(problem.ask, policy))}"
    return f"{why} {whom_to_ask(Decision('', Outcome.REFUSED, ask=problem.ask), policy)}"
