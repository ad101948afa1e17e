"""Summary of a quote in words: what happens today and at what price, what is scheduled, and what renews."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from babel.lists import format_list
from django.utils.translation import gettext as _

from bursar.center.visit import Visit
from bursar.core.billing.invoice import Totals
from bursar.core.messages.text import Text
from bursar.core.money.money import Money
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.ordering.quote import ACCOUNT_WOULD_END, Quote
from bursar.core.ordering.states_before import states_before_edits
from bursar.core.policy.capability import CAPABILITIES
from bursar.core.policy.policy import Outcome, State
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.edit import Cancel, ChangePlan, Edit, RemoveProduct, Resume, Suspend, Undo
from bursar.core.subscription.subscription import Subscription
from bursar.core.subscription.timeline import Timeline
from bursar.i18n import edits as words
from bursar.i18n import money
from bursar.i18n.decision import capability
from bursar.i18n.language import locale
from bursar.i18n.lines import LineInWords, lines_in_words


@dataclass(frozen=True, slots=True)
class EditInWords:
    """An edit in words: what changes, from which day, what is lost by it, or why it is not allowed.

    `overruled` is the day from which a later change counts in its place, if there is one.
    """

    text: str
    on: str
    why_not: str
    losses: tuple[str, ...]
    overruled_on: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Net, tax and total; `tax` is empty if there is none."""

    net: str
    tax: str
    total: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A quote as a person reads it; outcome is allowed, by_request or refused.

    `button` names what accepting it does. `means` explains a suspension or its end; `standing` is true if the quote is
    about nothing else.
    """

    outcome: str
    today: tuple[EditInWords, ...]
    later: tuple[EditInWords, ...]
    refused: tuple[EditInWords, ...]
    lines: tuple[LineInWords, ...]
    due_today: Sums
    has_lines: bool
    renewal_on: str
    renewal: Sums
    renewal_lines: tuple[LineInWords, ...]
    warnings: tuple[str, ...]
    account_ends: bool
    button: str
    consequences: tuple[str, ...]
    only_suspension: bool


def summary(visit: Visit, quote: Quote, timeline: Timeline, catalog: Catalog) -> Summary:
    """Return the summary of a quote to an account with this timeline, each edit measured against its own day."""
    # An undo names its change by id only; the sentence needs the change itself.
    scheduled = {change.id: change for change in timeline.changes}
    edits = [edit.edit for edit in quote.edits]
    edits_in_words = [
        (
            decided,
            EditInWords(
                text=words.decided_edit_in_words(decided.edit, before, scheduled, catalog),
                on=money.day(decided.effective_on) if decided.effective_on else "",
                why_not=visit.explain(decided.decision),
                losses=losses(decided.edit, before, catalog),
                overruled_on=money.day(decided.overruled_on) if decided.overruled_on else "",
            ),
        )
        for decided, before in zip(quote.edits, states_before_edits(timeline, quote), strict=True)
    ]
    allowed = [(decided, text) for decided, text in edits_in_words if decided.decision.outcome is not Outcome.REFUSED]
    return Summary(
        outcome=quote.outcome.value,
        today=tuple(text for decided, text in allowed if _happens_today(decided, quote.on)),
        later=tuple(text for decided, text in allowed if not _happens_today(decided, quote.on)),
        refused=tuple(text for decided, text in edits_in_words if decided.decision.outcome is Outcome.REFUSED),
        lines=lines_in_words(quote.lines, quote.currency),
        due_today=sums_in_words(quote.due_today, quote.currency),
        has_lines=bool(quote.lines),
        renewal_on=money.day(quote.renewal_on) if quote.renewal_on else "",
        renewal=sums_in_words(quote.next_renewal, quote.currency),
        renewal_lines=lines_in_words(quote.renewal_lines, quote.currency),
        warnings=tuple(
            _("This ends the account, because its last base product goes.")
            for warning in quote.warnings
            # Somebody who cancels knows it; the warning is for people who only remove a product.
            if warning == ACCOUNT_WOULD_END and not any(isinstance(edit.edit, Cancel) for edit in quote.edits)
        ),
        account_ends=ACCOUNT_WOULD_END in quote.warnings,
        button=words.button(edits),
        consequences=_consequences(visit, edits),
        only_suspension=all(isinstance(edit, Suspend | Resume) for edit in edits) and bool(edits),
    )


def _consequences(visit: Visit, edits: Sequence[Edit]) -> tuple[str, ...]:
    """Return what a suspension closes and leaves open, or that it ends."""
    sentences = list[str]()
    if any(isinstance(edit, Suspend) for edit in edits):
        # In the order of the capabilities, as the page of capabilities lists them.
        open_codes = sorted(visit.policy.states[State.SUSPENDED], key=list(CAPABILITIES).index)
        things = format_list([capability(capability_code) for capability_code in open_codes], locale=locale())
        sentences.append(
            _("As far as their roles allow, its people can still: {things}.").format(things=things)
            if open_codes
            else _("Its people can do nothing here any more.")
        )
        sentences += [
            _("Everything else is closed to them, changes and requests included."),
            _(
                "Billing goes on: the subscription renews, scheduled changes take effect, and invoices are issued "
                "and collected."
            ),
            _("The vendor’s product is told that the account is suspended, and decides for itself whom it lets in."),
            _("It stays suspended until the vendor’s staff resume it."),
        ]
    if any(isinstance(edit, Resume) for edit in edits):
        sentences.append(
            _("Its people can do again what their roles allow. Nothing is charged or credited for the days in between.")
        )
    return tuple(sentences)


def _happens_today(decided: DecidedEdit, on: date) -> bool:
    """Return true if an edit is done today; an undo always is, whatever day its change was for."""
    return isinstance(decided.edit, Undo) or decided.effective_on is None or decided.effective_on <= on


def sums_in_words(totals: Totals, currency: str) -> Sums:
    """Return sums in words."""
    net, tax, total = (money.amount(Money(amount, currency)) for amount in (totals.net, totals.tax, totals.total))
    return Sums(net, tax if totals.tax else "", total)


def losses(edit: Edit, state: Subscription, catalog: Catalog) -> tuple[str, ...]:
    """Return the features lost with a plan or product; for a cancellation, the products."""
    if isinstance(edit, Cancel):
        return tuple(words.product_name(catalog, item) for item in state.items)
    item = state.items.get(getattr(edit, "product", ""))
    plan_before = catalog.known_plan(item.product, item.plan) if item else None
    if item is None or plan_before is None:
        return ()
    if isinstance(edit, RemoveProduct):
        return _feature_names(plan_before.features)
    plan_after = catalog.known_plan(item.product, edit.plan) if isinstance(edit, ChangePlan) else None
    return (
        _feature_names(feature for feature in plan_before.features if feature not in plan_after.features)
        if plan_after
        else ()
    )


def _feature_names(features: Iterable[Text]) -> tuple[str, ...]:
    return tuple(feature.in_language(locale().language) for feature in features)
