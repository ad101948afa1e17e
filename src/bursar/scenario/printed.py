"""Documents of the API as the lines that a life prints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bursar.core.money.money import Money, amount_text
from bursar.scenario.player import Document

_TOLD: Final = ("product", "plan", "cycle", "seats", "units", "span", "until")


def not_done(document: Document) -> list[str]:
    """Why something was not done; with what is now so, if that is what stands in the way."""
    if document["code"] in ("refused", "by_request"):
        return [outcome({**document, "outcome": document["code"]})]
    reason = f" {document['reason']}" if document.get("reason") else ""
    return [f"not done: {document['code']}{reason}"]


def quoted(quote: Document) -> list[str]:
    """A quote."""
    lines = [f"{edited(one['edit'])}: {outcome(one)}" for one in quote["edits"]]
    if quote["outcome"] == "refused":
        return lines
    lines += [priced(one) for one in quote["lines"]]
    lines.append(f"due today {sums(quote['due_today'])}")
    renewal = quote["next_renewal"]
    lines.append(f"renews {renewal['on']}: {sums(renewal)}" if renewal["on"] else "does not renew")
    lines += [f"warning {one}" for one in quote["warnings"]]
    if more := quote["confirm"]:
        amount = f"{money(more['amount'])} {more['amount']['currency']}"
        lines.append(f"to be confirmed: {more['seats']} seats and {amount} a period more")
    return lines


def outcome(decision: Document) -> str:
    """A decision: why not, whom to ask, from when."""
    said = str(decision["outcome"])
    if decision.get("reason"):
        said += f" for {decision['reason']}"
    if decision.get("ask"):
        said += ", ask " + ", ".join(one["role"] for one in decision["ask"])
    if decision.get("effective_on"):
        said += f" from {decision['effective_on']}"
    if decision.get("overruled_on"):
        said += f", overruled from {decision['overruled_on']}"
    return said


def table(decisions: Mapping[str, Sequence[Document]]) -> list[str]:
    """Print the decision for each member: yes, by_request, or the reason of the refusal."""
    rows = [["", *decisions]]
    for row in zip(*decisions.values(), strict=True):
        rows.append([row[0]["capability"], *(_cell(one) for one in row)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(decision: Document) -> str:
    if decision["outcome"] == "allowed":
        return "yes"
    return "by_request" if decision["outcome"] == "by_request" else str(decision["reason"])


def edited(edit: Document) -> str:
    """An edit in a few words."""
    return " ".join([edit["edit"], *(_said(edit[name]) for name in _TOLD if name in edit)])


def _said(value: object) -> str:
    return span(value) if isinstance(value, Mapping) else str(value)


def had(item: Document) -> str:
    """A product that an account has, with its temporary seats."""
    more = [f" + {one['seats']} for {span(one['span'])}" for one in item.get("temporary", ())]
    return f"{item['product']} {item['plan']} {item['quantity']}{''.join(more)}"


def priced(line: Document) -> str:
    """A line of a document or a quote."""
    share = f" ({line['share']['days']}/{line['share']['of']})" if line["span"] != line["period"] else ""
    tax = f" tax {money(line['tax'])}" if line["tax"]["amount_minor"] else ""
    what = f"{line['kind']} {line['product']} {line['plan']} {line['quantity']} × {line['unit_price']}"
    return f"{what}, {span(line['span'])}{share}: {money(line['amount'])}{tax}"


def addressed(document: Document) -> Iterator[str]:
    """To whom a document is addressed, as it was when it was issued."""
    for field in ("sold_to", "bill_to"):
        if document[field]:
            yield f"{field} {document[field]['name']}"
    for field in ("vat_id", "purchase_order"):
        if document[field]:
            yield f"{field} {document[field]}"


def sums(totals: Document) -> str:
    """Net, tax and total, or the total alone where there is no tax."""
    if totals["tax"]["amount_minor"] == 0:
        return f"{money(totals['total'])} {totals['total']['currency']}"
    return f"{money(totals['net'])} + {money(totals['tax'])} = {money(totals['total'])} {totals['total']['currency']}"


def money(amount: Document) -> str:
    """An amount in its currency's own digits."""
    return amount_text(Money(amount["amount_minor"], amount["currency"]))


def span(days: Document) -> str:
    """The first day and the one after the last."""
    return f"{days['start']}..{days['end']}"
