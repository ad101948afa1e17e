"""Sentences about a member who may do nothing yet or any more: invited, or suspended."""

from django.utils.translation import gettext as _

from bursar.core.policy.member import NotActive, SuspendedMember
from bursar.core.policy.policy import Decision, Outcome, Policy
from bursar.i18n.decision import people, whom_to_ask
from bursar.i18n.problem import message


def inactive_explanation(problem: NotActive, policy: Policy, *, themselves: bool = False) -> str:
    """Return why the member may do nothing, and whom to ask; worded for themselves, or for a program."""
    is_suspended = isinstance(problem, SuspendedMember)
    if not themselves:
        reason = message(problem)
    elif is_suspended:
        reason = _("You are suspended in this account and may do nothing in it.")
    else:
        reason = _(
            "You have not accepted the invitation to this account yet: open the link in the email that invites you."
        )
    if problem.ask[0].role in policy.roles:
        template = _("{people} can change that.") if is_suspended else _("{people} can send the invitation again.")
        return f"{reason} {template.format(people=people(problem.ask, policy))}"
    return f"{reason} {whom_to_ask(Decision('', Outcome.REFUSED, ask=problem.ask), policy)}"
