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
from bursar.i18n.limit import ceiling_in_words

NAMED: Final = 3


def capability(code: str) -> str:
    """Return a capability as a verb: "add agent seats"."""
    return _(names.CAPABILITIES[code])


def outcome(code: str) -> str:
    """Return an outcome in a word or two."""
    return _(names.OUTCOMES[code])


def reason(code: str) -> str:
    """Return a reason in a word or two."""
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
    """Return why the actor may not do this at once, in a sentence; empty if they may."""
    match decision.reason:
        case None:
            return ""
        case Reason.ACCOUNT_STATE:
            return _state_reason(account.state, decision.capability)
        case Reason.ACCOUNT_TYPE | Reason.CATALOG:
            return _type_reason(decision, account_type_name(policy, account.account_type))
        case Reason.LIMIT if decision.outcome is Outcome.REFUSED:
            most = ceiling_in_words(policy.ceilings.refuse, account.currency)
            return _("No more than {most} can be added online in one change.").format(most=most)
        case Reason.ROLE | Reason.LIMIT:
            return _role_reason(decision, policy, actor)
        case Reason.CREDIT:
            return _credit_reason(policy, account, actor, on)


def explanation(decision: Decision, policy: Policy, account: Account, actor: Actor, on: date) -> str:
    """Return why the actor may not do this at once and whom to ask; empty if they may."""
    sentences = sentence(decision, policy, account, actor, on), whom_to_ask(decision, policy)
    return " ".join(filter(None, sentences))


def no_changes_explanation(decision: Decision, policy: Policy, account: Account, actor: Actor) -> str:
    """Return why the actor may change nothing of the subscription, and whom to ask, from one of the refusals."""
    match decision.reason:
        case Reason.ACCOUNT_STATE:
            text = _("While this account is {state} the subscription cannot be changed.").format(
                state=state(account.state.value)
            )
        case Reason.ACCOUNT_TYPE | Reason.CATALOG:
            template = _("On this account ({account_type}) the vendor makes every change.")
            text = template.format(account_type=account_type_name(policy, account.account_type))
        case _ if isinstance(actor, Member):
            template = _("With your role ({role}) you cannot change the subscription.")
            text = template.format(role=role_name(policy, actor.role))
        case _ if decision.reason is not None:
            return staff_explanation(decision, policy, actor)
        case _:
            return ""
    return f"{text} {whom_to_ask(decision, policy)}".strip()


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


def rights_in_words(allowed: Sequence[str], requestable: Sequence[str], all_codes: Sequence[str]) -> str:
    """Return in a line what somebody may do and ask for, among all these capabilities."""
    sentences = []
    if len(allowed) == len(all_codes):
        sentences.append(_("May do everything: change the subscription, pay and cancel."))
    elif allowed:
        sentences.append(_("May {things}.").format(things=_first_few(allowed)))
    if requestable:
        sentences.append(_("May ask to {things}.").format(things=_first_few(requestable)))
    return " ".join(sentences)


def _first_few(codes: Sequence[str]) -> str:
    # If only one more is left, it is named too: "1 thing more" is no shorter than the thing.
    shown_codes = codes if len(codes) == NAMED + 1 else codes[:NAMED]
    things = [capability(code) for code in shown_codes]
    more = len(codes) - len(shown_codes)
    if more > 0:
        things.append(ngettext("{count} thing more", "{count} things more", more).format(count=more))
    return format_list(things, locale=locale())


def _state_reason(state: State, code: str) -> str:
    # An undo belongs to no capability, and in a cancelled account nothing can be undone.
    if not code:
        return _("This account is cancelled; nothing about it can be changed.")
    if state is State.CANCELLED:
        return _("This account is cancelled: you can no longer {do}.").format(do=_after_negation(code))
    return _("While this account is suspended you cannot {do}.").format(do=_after_negation(code))


def _type_reason(decision: Decision, account_type: str) -> str:
    # Undoing what the vendor scheduled is no capability that a member could have.
    if not decision.capability:
        return _("Only the vendor can undo what the vendor scheduled.")
    if decision.reason is Reason.ACCOUNT_TYPE:
        template = _("On this account ({account_type}) you cannot {do} online.")
    elif decision.capability == "add_products":
        template = _("This product is not sold online to this account ({account_type}).")
    else:
        template = _("For this product you cannot {do} online on this account ({account_type}).")
    return template.format(account_type=account_type, do=_after_negation(decision.capability))


def _role_reason(decision: Decision, policy: Policy, actor: Actor) -> str:
    if not isinstance(actor, Member):
        # A program of the vendor has a key and no role; it reads about the member it acts for.
        return staff_explanation(decision, policy, actor) if actor.role else _role_reason_for_program(decision)
    role = role_name(policy, actor.role)
    if decision.reason is Reason.LIMIT:
        template = _("This goes beyond the limit for your role ({role}); you can only ask to {do}.")
    elif decision.outcome is Outcome.BY_REQUEST:
        template = _("With your role ({role}) you can only ask to {do}.")
    else:
        return _("With your role ({role}) you cannot {do}.").format(role=role, do=_after_negation(decision.capability))
    return template.format(role=role, do=capability(decision.capability))


def _credit_reason(policy: Policy, account: Account, actor: Actor, on: date) -> str:
    """Say how much the account may owe, and that a payment method allows more, if the reader can set one."""
    credit, limit = policy.credit.get(account.account_type), credit_limit(policy, account)
    if credit is not None and not credit.invoice_terms:
        template = _("This account ({account_type}) cannot buy on invoice terms.")
        text = template.format(account_type=account_type_name(policy, account.account_type))
    elif limit is not None:
        template = _(
            "With this the account would owe more than {amount}, what is open and what is not billed yet together."
        )
        text = template.format(amount=money.amount(Money(limit, account.currency)))
    else:
        text = _("With this the account would owe more than it may.")
    able_members = members_who_set_payment_method(policy, account, on)
    if not able_members:
        return text
    if isinstance(actor, Member) and actor.email in [member.email for member in able_members]:
        return f"{text} {_('Set a payment method to pay at once.')}"
    return (
        f"{text} {_('{people} can set a payment method to pay at once.').format(people=people(able_members, policy))}"
    )


def _role_reason_for_program(decision: Decision) -> str:
    """Return the refusal of a member as the vendor's program reads it."""
    if decision.reason is Reason.LIMIT:
        template = _("This goes beyond the limit for the person's role; they can only ask to {do}.")
    elif decision.outcome is Outcome.BY_REQUEST:
        template = _("The person's role only lets them ask to {do}.")
    else:
        return _("With their role the person cannot {do}.").format(do=_after_negation(decision.capability))
    return template.format(do=capability(decision.capability))


def staff_explanation(decision: Decision, policy: Policy, actor: Vendor) -> str:
    """Return why a member of staff may not do this, and which colleagues may; empty if they may."""
    if decision.reason is None:
        return ""
    action, own_role = _after_negation(decision.capability), staff_role_name(policy, actor.role)
    codes = [role.code for role in policy.staff.values() if decision.capability in role.allowed]
    if not codes:
        return _("With your role ({role}) you cannot {do}, and nobody at the desk can.").format(
            role=own_role, do=action
        )
    role_names = format_list([staff_role_name(policy, code) for code in codes], style="or", locale=locale())
    return _("With your role ({role}) you cannot {do}; ask a colleague: {roles}.").format(
        role=own_role, do=action, roles=role_names
    )


def _after_negation(code: str) -> str:
    # French changes the verb's object after a negation: « ajouter des licences », « ne pas ajouter de licences ».
    return pgettext(names.AFTER_NOT, names.CAPABILITIES[code])


def people(contacts: Sequence[Contact], policy: Policy) -> str:
    """Return the first few people by name and role, and the number of the others."""
    names_and_roles = [f"{contact.name} ({role_name(policy, contact.role)})" for contact in contacts[:NAMED]]
    more = len(contacts) - NAMED
    if more > 0:
        names_and_roles.append(ngettext("{count} other person", "{count} other people", more).format(count=more))
    return format_list(names_and_roles, style="or", locale=locale())
