"""A decision in the person's language: one plain sentence why, and whom to ask."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bursar.core.money.money import Money
from bursar.core.ordering.credit_limit import credit_limit, members_who_set_payment_method
from bursar.core.policy.policy import Account, Actor, Contact, Decision, Member, Outcome, Policy, Reason, State, Vendor
from bursar.i18n import money, names
from bursar.i18n.language import locale
from bursar.i18n.limit import ceiling_said

NAMED: Final = 3


def capability(code: str) -> str:
    """Return a capability as a verb: "add agent seats"."""
    return _(names.CAPABILITIES[code])


def outcome(code: str) -> str:
    """An outcome in a word or two."""
    return _(names.OUTCOMES[code])


def reason(code: str) -> str:
    """A reason in a word or two."""
    return _(names.REASONS[code])


def state(code: str) -> str:
    """Return an account's state in a word."""
    return _(names.STATES[code])


def role_name(policy: Policy, code: str) -> str:
    """Return the policy's name for a role. Errors: UnknownRole."""
    return policy.role(code).name.in_language(locale().language)


def staff_role_name(policy: Policy, code: str) -> str:
    """Return the policy's name for a role of the vendor's staff."""
    return policy.staff[code].name.in_language(locale().language)


def account_type_name(policy: Policy, code: str) -> str:
    """Return the name of an account type in the policy, or in an earlier version of it."""
    return policy.type_name(code).in_language(locale().language)


def sentence(decision: Decision, policy: Policy, account: Account, actor: Actor, on: date) -> str:
    """Why the actor may not do this at once, in a sentence; nothing when it is allowed."""
    match decision.reason:
        case None:
            return ""
        case Reason.ACCOUNT_STATE:
            return _about_the_state(account.state, decision.capability)
        case Reason.ACCOUNT_TYPE | Reason.CATALOG:
            return _about_the_type(decision, account_type_name(policy, account.account_type))
        case Reason.LIMIT if decision.outcome is Outcome.REFUSED:
            most = ceiling_said(policy.ceilings.refuse, account.currency)
            return _("No more than {most} can be added online in one change.").format(most=most)
        case Reason.ROLE | Reason.LIMIT:
            return _about_the_person(decision, policy, actor)
        case Reason.CREDIT:
            return _about_the_credit(policy, account, actor, on)


def explained(decision: Decision, policy: Policy, account: Account, actor: Actor, on: date) -> str:
    """Why not, and whom to ask, in a few sentences; nothing when it is allowed."""
    said = sentence(decision, policy, account, actor, on), whom_to_ask(decision, policy)
    return " ".join(one for one in said if one)


def nothing_open(decision: Decision, policy: Policy, account: Account, actor: Actor) -> str:
    """Why the actor may change nothing at all of the subscription, and whom to ask. Shape: of one such decision."""
    match decision.reason:
        case Reason.ACCOUNT_STATE:
            said = _("While this account is {state} the subscription cannot be changed.").format(
                state=state(account.state.value)
            )
        case Reason.ACCOUNT_TYPE | Reason.CATALOG:
            template = _("On this account ({account_type}) the vendor makes every change.")
            said = template.format(account_type=account_type_name(policy, account.account_type))
        case _ if isinstance(actor, Member):
            template = _("With your role ({role}) you cannot change the subscription.")
            said = template.format(role=role_name(policy, actor.role))
        case _ if decision.reason is not None:
            return at_the_desk(decision, policy, actor)
        case _:
            return ""
    return f"{said} {whom_to_ask(decision, policy)}".strip()


def whom_to_ask(decision: Decision, policy: Policy) -> str:
    """Name the people to ask, in the account or at the vendor; empty if nobody needs to be asked."""
    if not decision.ask:
        return ""
    first = decision.ask[0]
    if first.role == "representative":
        return _("Your contact at the vendor can help: {name}, {email}.").format(name=first.name, email=first.email)
    if first.role == "support":
        return _("Customer support can help: {email}.").format(email=first.email or first.name)
    if decision.outcome is Outcome.BY_REQUEST:
        return _("{people} can approve it.").format(people=people(decision.ask, policy))
    return _("{people} can do this.").format(people=people(decision.ask, policy))


def summed_up(allowed: Sequence[str], asked: Sequence[str], among: Sequence[str]) -> str:
    """In a line what somebody may do and ask for of all that there is, by the codes of capabilities."""
    said = []
    if len(allowed) == len(among):
        said.append(_("May do everything: change the subscription, pay and cancel."))
    elif allowed:
        said.append(_("May {things}.").format(things=_listed(allowed)))
    if asked:
        said.append(_("May ask to {things}.").format(things=_listed(asked)))
    return " ".join(said)


def _listed(codes: Sequence[str]) -> str:
    shown = codes if len(codes) == NAMED + 1 else codes[:NAMED]
    things = [capability(one) for one in shown]
    more = len(codes) - len(shown)
    if more > 0:
        things.append(ngettext("{count} thing more", "{count} things more", more).format(count=more))
    return format_list(things, locale=locale())


def _about_the_state(state: State, code: str) -> str:
    if not code:
        return _("This account is cancelled; nothing about it can be changed.")
    if state is State.CANCELLED:
        return _("This account is cancelled: you can no longer {do}.").format(do=_not(code))
    return _("While this account is suspended you cannot {do}.").format(do=_not(code))


def _about_the_type(decision: Decision, account_type: str) -> str:
    if not decision.capability:
        return _("Only the vendor can undo what the vendor scheduled.")
    if decision.reason is Reason.ACCOUNT_TYPE:
        template = _("On this account ({account_type}) you cannot {do} online.")
    elif decision.capability == "add_products":
        template = _("This product is not sold online to this account ({account_type}).")
    else:
        template = _("For this product you cannot {do} online on this account ({account_type}).")
    return template.format(account_type=account_type, do=_not(decision.capability))


def _about_the_person(decision: Decision, policy: Policy, actor: Actor) -> str:
    if not isinstance(actor, Member):
        return at_the_desk(decision, policy, actor) if actor.role else _about_another(decision)
    role = role_name(policy, actor.role)
    if decision.reason is Reason.LIMIT:
        template = _("This goes beyond the limit for your role ({role}); you can only ask to {do}.")
    elif decision.outcome is Outcome.BY_REQUEST:
        template = _("With your role ({role}) you can only ask to {do}.")
    else:
        return _("With your role ({role}) you cannot {do}.").format(role=role, do=_not(decision.capability))
    return template.format(role=role, do=capability(decision.capability))


def _about_the_credit(policy: Policy, account: Account, actor: Actor, on: date) -> str:
    """Say how much the account may owe, and that a payment method allows more, if the reader can set one."""
    credit, limit = policy.credit.get(account.account_type), credit_limit(policy, account)
    if credit is not None and not credit.invoice_terms:
        template = _("This account ({account_type}) cannot buy on invoice terms.")
        said = template.format(account_type=account_type_name(policy, account.account_type))
    elif limit is not None:
        template = _(
            "With this the account would owe more than {amount}, what is open and what is not billed yet together."
        )
        said = template.format(amount=money.amount(Money(limit, account.currency)))
    else:
        said = _("With this the account would owe more than it may.")
    can = members_who_set_payment_method(policy, account, on)
    if not can:
        return said
    if isinstance(actor, Member) and actor.email in [one.email for one in can]:
        return f"{said} {_('Set a payment method to pay at once.')}"
    return f"{said} {_('{people} can set a payment method to pay at once.').format(people=people(can, policy))}"


def _about_another(decision: Decision) -> str:
    """Return the refusal of a member as the vendor's program reads it."""
    if decision.reason is Reason.LIMIT:
        template = _("This goes beyond the limit for the person's role; they can only ask to {do}.")
    elif decision.outcome is Outcome.BY_REQUEST:
        template = _("The person's role only lets them ask to {do}.")
    else:
        return _("With their role the person cannot {do}.").format(do=_not(decision.capability))
    return template.format(do=capability(decision.capability))


def at_the_desk(decision: Decision, policy: Policy, actor: Vendor) -> str:
    """Why somebody of the staff may not do this, and which colleagues may; nothing when it is allowed."""
    if decision.reason is None:
        return ""
    do, role = _not(decision.capability), staff_role_name(policy, actor.role)
    others = [one.code for one in policy.staff.values() if decision.capability in one.allowed]
    if not others:
        return _("With your role ({role}) you cannot {do}, and nobody at the desk can.").format(role=role, do=do)
    named = format_list([staff_role_name(policy, one) for one in others], style="or", locale=locale())
    return _("With your role ({role}) you cannot {do}; ask a colleague: {roles}.").format(role=role, do=do, roles=named)


def _not(code: str) -> str:
    return pgettext(names.AFTER_NOT, names.CAPABILITIES[code])


def people(contacts: Sequence[Contact], policy: Policy) -> str:
    """The first few by name and role, the rest as a number."""
    said = [f"{contact.name} ({role_name(policy, contact.role)})" for contact in contacts[:NAMED]]
    more = len(contacts) - NAMED
    if more > 0:
        said.append(ngettext("{count} other person", "{count} other people", more).format(count=more))
    return format_list(said, style="or", locale=locale())
