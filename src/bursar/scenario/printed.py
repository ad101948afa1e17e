"""Print documents of the API as the lines of a scenario."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bursar.core.money.money import Money, amount_text
from bursar.scenario.player import Document

_SHOWN_FIELDS: Final = ("product", "plan", "cycle", "seats", "units", "span", "until")


def not_done(document: Document) -> list[str]:
    """Return the lines of a step that was not done: its decision, or the code of the problem."""
    if document["code"] in ("refused", "by_request"):
        return [decision_text({**document, "outcome": document["code"]})]
    reason = f" {document['reason']}" if document.get("reason") else ""
    return [f"not done: {document['code']}{reason}"]


def quote_lines(quote: Document) -> list[str]:
    """Return the lines of a quote."""
    lines = [f"{edit_text(decided['edit'])}: {decision_text(decided)}" for decided in quote["edits"]]
    if quote["outcome"] == "refused":
        return lines
    lines += [line_text(line) for line in quote["lines"]]
    lines.append(f"due today {sums_text(quote['due_today'])}")
    renewal = quote["next_renewal"]
    lines.append(f"renews {renewal['on']}: {sums_text(renewal)}" if renewal["on"] else "does not renew")
    lines += [f"warning {warning}" for warning in quote["warnings"]]
    if increase := quote["confirm"]:
        amount = f"{money_text(increase['amount'])} {increase['amount']['currency']}"
        lines.append(f"to be confirmed: {increase['seats']} seats and {amount} a period more")
    return lines


def decision_text(decision: Document) -> str:
    """Return a decision as text: the reason, the people to ask and the day."""
    text = str(decision["outcome"])
    if decision.get("reason"):
        text += f" for {decision['reason']}"
    if decision.get("ask"):
        text += ", ask " + ", ".join(person["role"] for person in decision["ask"])
    if decision.get("effective_on"):
        text += f" from {decision['effective_on']}"
    if decision.get("overruled_on"):
        text += f", overruled from {decision['overruled_on']}"
    return text


def decision_table(decisions: Mapping[str, Sequence[Document]]) -> list[str]:
    """Return a table of the decisions for each member: yes, by_request, or the reason of the refusal."""
    rows = [["", *decisions]]
    # Every member has the same capabilities in the same order.
    for row in zip(*decisions.values(), strict=True):
        rows.append([row[0]["capability"], *map(_cell, row)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(decision: Document) -> str:
    if decision["outcome"] == "allowed":
        return "yes"
    return "by_request" if decision["outcome"] == "by_request" else str(decision["reason"])


def edit_text(edit: Document) -> str:
    """Return an edit as text."""
    return " ".join([edit["edit"], *(_value_text(edit[name]) for name in _SHOWN_FIELDS if name in edit)])


def _value_text(value: object) -> str:
    return span_text(value) if isinstance(value, Mapping) else str(value)


def item_text(item: Document) -> str:
    """Return an item as text, with its temporary seats."""
    increase = [f" + {entry['seats']} for {span_text(entry['span'])}" for entry in item.get("temporary", ())]
    return f"{item['product']} {item['plan']} {item['quantity']}{''.join(increase)}"


def line_text(line: Document) -> str:
    """Return a line of a document or a quote as text."""
    # A whole period needs no share: most lines are of one.
    share = f" ({line['share']['days']}/{line['share']['of']})" if line["span"] != line["period"] else ""
    tax = f" tax {money_text(line['tax'])}" if line["tax"]["amount_minor"] else ""
    what = f"{line['kind']} {line['product']} {line['plan']} {line['quantity']} × {line['unit_price']}"
    return f"{what}, {span_text(line['span'])}{share}: {money_text(line['amount'])}{tax}"


def address_lines(document: Document) -> Iterator[str]:
    """Yield the lines of a document's address and billing details."""
    for field in ("sold_to", "bill_to"):
        if document[field]:
            yield f"{field} {document[field]['name']}"
    for field in ("vat_id", "purchase_order"):
        if document[field]:
            yield f"{field} {document[field]}"


def sums_text(totals: Document) -> str:
    """Return net, tax and total as text, or the total alone if there is no tax."""
    total = f"{money_text(totals['total'])} {totals['total']['currency']}"
    if totals["tax"]["amount_minor"] == 0:
        return total
    return f"{money_text(totals['net'])} + {money_text(totals['tax'])} = {total}"


def money_text(amount: Document) -> str:
    """Return an amount in its currency's own digits."""
    return amount_text(Money(amount["amount_minor"], amount["currency"]))


def span_text(days: Document) -> str:
    """Return the first day, and the day after the last."""
    return f"{days['start']}..{days['end']}"
