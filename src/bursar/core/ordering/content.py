"""Write states, changes and quotes as JSON, and read them back.

The JSON is read by hand because it has another shape than the values. Source: decision 36
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from bursar.core.billing.invoice_content import (
    read_line,
    read_span,
    write_line,
    write_money,
    write_span,
    write_totals,
)
from bursar.core.calendar.cycle import Calendar, Cycle, Length, write_length
from bursar.core.messages.text import Text
from bursar.core.money.price import Per
from bursar.core.ordering.ceilings import Increase
from bursar.core.ordering.decision import DecidedEdit
from bursar.core.ordering.quote import Quote
from bursar.core.policy.policy import Contact, Decision, Outcome, Reason, State
from bursar.core.subscription.edit import read_edit, write_edit
from bursar.core.subscription.item import AgreedPrice, Item, Temporary
from bursar.core.subscription.subscription import Change, Subscription

Document = dict[str, Any]


def write_agreed_price(agreed_price: AgreedPrice) -> Document:
    """Return an agreed price as JSON."""
    return {
        "product": agreed_price.product,
        "plan": agreed_price.plan,
        "cycle": agreed_price.cycle,
        "per": agreed_price.per.value,
        # As text: a JSON number would lose digits of a rate on its way through other programs.
        "rate": str(agreed_price.rate),
        "catalog_version": agreed_price.catalog_version,
        "base": agreed_price.base,
        "rank": agreed_price.rank,
        # Left out if unknown, so that the JSON of earlier releases and of this one is the same.
        **({} if agreed_price.light_agents is None else {"light_agents": agreed_price.light_agents}),
    }


def read_agreed_price(document: Mapping[str, Any]) -> AgreedPrice:
    """Return the price that `write_agreed_price` wrote."""
    return AgreedPrice(**{**document, "per": Per(document["per"]), "rate": Decimal(document["rate"])})


def write_cycle(cycle: Cycle) -> Document:
    """Return a billing cycle as JSON with its own definition, so that a later catalog cannot change its meaning."""
    return {
        "code": cycle.code,
        "name": {"en": cycle.name.en, "fr": cycle.name.fr},
        "term": write_length(cycle.term),
        "period": write_length(cycle.period),
    }


def read_cycle(document: Mapping[str, Any]) -> Cycle:
    """Return the cycle that `write_cycle` wrote."""
    return Cycle(document["code"], Text(**document["name"]), Length(**document["term"]), Length(**document["period"]))


def write_terms(change: Change) -> Document:
    """Return the terms that a change agreed besides its edit: prices, and a cycle's definition."""
    return {
        "prices": [write_agreed_price(agreed_price) for agreed_price in change.agreed_prices],
        "cycle": write_cycle(change.cycle) if change.cycle else None,
    }


def read_terms(document: Mapping[str, Any]) -> tuple[tuple[AgreedPrice, ...], Cycle | None]:
    """Return the prices and the cycle that `write_terms` wrote."""
    cycle = read_cycle(document["cycle"]) if document["cycle"] else None
    return tuple(read_agreed_price(agreed_price) for agreed_price in document["prices"]), cycle


def write_change(change: Change) -> Document:
    """Return a change of a quote that is not accepted yet as JSON."""
    return {
        "position": change.position,
        "order": str(change.order),
        "edit": write_edit(change.edit),
        "capability": change.capability,
        "effective_on": change.effective_on.isoformat(),
        "terms": write_terms(change),
        "credit": change.credit,
        "cuts": change.cuts,
        "takes_back": change.takes_back,
        "by_vendor": change.by_vendor,
        "ordered_on": change.ordered_on.isoformat(),
        "undoes": str(change.undoes) if change.undoes else None,
    }


def read_change(document: Mapping[str, Any]) -> Change:
    """Return the change that `write_change` wrote."""
    agreed_prices, cycle = read_terms(document["terms"])
    return Change(
        # No lasting id before the quote is accepted; the position tells the changes of a quote apart.
        id=UUID(int=document["position"]),
        position=document["position"],
        # Quotes of earlier releases have no order, and nothing on them depends on it.
        order=UUID(document["order"]) if "order" in document else UUID(int=0),
        edit=read_edit(document["edit"], "edit"),
        capability=document["capability"],
        effective_on=date.fromisoformat(document["effective_on"]),
        agreed_prices=agreed_prices,
        cycle=cycle,
        credit=document["credit"],
        cuts=document.get("cuts", False),
        takes_back=document.get("takes_back", False),
        by_vendor=document["by_vendor"],
        ordered_on=date.fromisoformat(document["ordered_on"]),
        undoes=UUID(document["undoes"]) if document["undoes"] else None,
    )


def write_state(state: Subscription) -> Document:
    """Return the whole agreed state as JSON. It has names of earlier releases, as checkpoints that are stored have."""
    calendar = state.calendar
    return {
        "standing": state.account_state.value,
        "cycle": write_cycle(state.cycle),
        "anchor": {"on": calendar.anchor.isoformat(), "origin": calendar.origin} if calendar else None,
        "items": [
            {"product": item.product, "plan": item.plan, "quantity": item.quantity} | write_temporary(item)
            for item in state.items.values()
        ],
        "pins": [write_agreed_price(agreed_price) for agreed_price in state.agreed_prices.values()],
        **({"trial_until": state.trial_until.isoformat()} if state.trial_until else {}),
    }


def write_temporary(item: Item) -> Document:
    """Return the temporary seats of an item as JSON, or nothing if it has none."""
    written = [{"seats": temporary.seats, "span": write_span(temporary.span)} for temporary in item.temporary]
    return {"temporary": written} if written else {}


def read_state(document: Mapping[str, Any]) -> Subscription:
    """Return the state that `write_state` wrote."""
    cycle, anchor = read_cycle(document["cycle"]), document["anchor"]
    agreed_prices = [read_agreed_price(agreed_price) for agreed_price in document["pins"]]
    return Subscription(
        account_state=State(document["standing"]),
        cycle=cycle,
        calendar=Calendar(cycle, date.fromisoformat(anchor["on"]), anchor["origin"]) if anchor else None,
        items=MappingProxyType({item["product"]: _read_item(item) for item in document["items"]}),
        agreed_prices=MappingProxyType({agreed_price.key: agreed_price for agreed_price in agreed_prices}),
        trial_until=date.fromisoformat(document["trial_until"]) if document.get("trial_until") else None,
    )


def _read_item(document: Mapping[str, Any]) -> Item:
    temporary = tuple(Temporary(part["seats"], read_span(part["span"])) for part in document.get("temporary", ()))
    return Item(document["product"], document["plan"], document["quantity"], temporary)


def write_quote(quote: Quote) -> Document:
    """Return a whole quote as JSON, as it is stored and as programs see it."""
    currency, added = quote.currency, quote.confirm
    renewal = {"on": quote.renewal_on.isoformat() if quote.renewal_on else None}
    return {
        "on": quote.on.isoformat(),
        "currency": currency,
        "outcome": quote.outcome.value,
        "edits": [_write_decided(edit) for edit in quote.edits],
        "changes": [write_change(change) for change in quote.changes],
        "lines": [write_line(line, currency) for line in quote.lines],
        "renewal_lines": [write_line(line, currency) for line in quote.renewal_lines],
        "due_today": write_totals(quote.due_today, currency),
        "next_renewal": {**renewal, **write_totals(quote.next_renewal, currency)},
        "warnings": list(quote.warnings),
        "confirm": {"seats": added.seats, "amount": write_money(added.amount, currency)} if added else None,
    }


def read_quote(document: Mapping[str, Any]) -> Quote:
    """Return the quote that `write_quote` wrote."""
    renewal_on = document["next_renewal"]["on"]
    # Outcome and totals are not read: the value computes them from the edits and lines that are.
    confirm = document.get("confirm")
    return Quote(
        on=date.fromisoformat(document["on"]),
        currency=document["currency"],
        edits=tuple(_read_decided(edit) for edit in document["edits"]),
        changes=tuple(read_change(change) for change in document["changes"]),
        lines=tuple(read_line(line) for line in document["lines"]),
        renewal_on=date.fromisoformat(renewal_on) if renewal_on else None,
        renewal_lines=tuple(read_line(line) for line in document["renewal_lines"]),
        warnings=tuple(document["warnings"]),
        confirm=Increase(confirm["seats"], confirm["amount"]["amount_minor"]) if confirm else None,
    )


def digest(quote: Quote) -> str:
    """Return a digest of all that must be the same when a quote is accepted: edits, outcomes, days, prices and sums."""
    content = write_quote(quote)
    # Neither positions nor ids: another change made meanwhile may count them on without altering what was shown.
    compared = {name: content[name] for name in ("outcome", "lines", "renewal_lines", "due_today", "next_renewal")}
    decided = ("edit", "outcome", "effective_on", "overruled_on")
    compared["edits"] = [{name: edit[name] for name in decided if edit[name] is not None} for edit in content["edits"]]
    # Prices have no line of their own while a change is scheduled, and are part of what was agreed all the same.
    compared["prices"] = [
        [*agreed_price.key, str(agreed_price.rate)] for change in quote.changes for agreed_price in change.agreed_prices
    ]
    return hashlib.sha256(json.dumps(compared, sort_keys=True).encode()).hexdigest()


def write_decision(decision: Decision) -> Document:
    """Return a decision as JSON, in codes: each reader gets its words in a language of their own."""
    return {
        "capability": decision.capability,
        "outcome": decision.outcome.value,
        "reason": decision.reason.value if decision.reason else None,
        "ask": [{"name": contact.name, "email": contact.email, "role": contact.role} for contact in decision.ask],
    }


def read_decision(document: Mapping[str, Any]) -> Decision:
    """Return the decision that `write_decision` wrote."""
    return Decision(
        document["capability"],
        Outcome(document["outcome"]),
        Reason(document["reason"]) if document["reason"] else None,
        tuple(Contact(**contact) for contact in document["ask"]),
    )


def _write_decided(decided: DecidedEdit) -> Document:
    days = {"effective_on": decided.effective_on, "overruled_on": decided.overruled_on}
    written = {name: day.isoformat() if day else None for name, day in days.items()}
    return {"edit": write_edit(decided.edit), **write_decision(decided.decision), **written}


def _read_decided(document: Mapping[str, Any]) -> DecidedEdit:
    days = (document.get(name) for name in ("effective_on", "overruled_on"))
    read = [date.fromisoformat(day) if day else None for day in days]
    return DecidedEdit(read_edit(document["edit"], "edit"), read_decision(document), *read)
