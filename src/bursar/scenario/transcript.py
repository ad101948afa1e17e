"""What came of each line of a life, as text: the same text whoever plays it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from bursar.core.money import Money, text
from bursar.core.problem import Problem
from bursar.scenario.language import MARK, Scenario, Step

Document = Mapping[str, Any]


class Answered(Exception):
    """Something was not done; the document says why."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document


class Player(Protocol):
    """Plays one life. Documents are those of the API; what is not done raises Answered."""

    def open(self, account_type: str, options: Mapping[str, str], policy: Document) -> None:
        """Open the account, with one member of each role; its clock stands on the day given."""

    def move(self, day: str) -> Sequence[Document]:
        """Move the clock; the documents issued on the way, the oldest first."""

    def quote(self, actor: str, edits: Sequence[Document]) -> Document:
        """Ask for a quote."""

    def take(self, actor: str, edits: Sequence[Document]) -> Document:
        """Take edits as they are decided now: changes and invoice, or an open attempt."""

    def authenticate(self, outcome: str) -> Document:
        """What the payer did about the open attempt."""

    def pay_with(self, actor: str, kind: str, token: str) -> None:
        """Choose how to pay."""

    def override(self, capability: str, grant: bool, until: str | None) -> None:
        """Grant or withhold a capability on the account."""

    def may(self, actor: str, capability: str) -> Document:
        """The decision about a capability."""

    def state(self) -> Document:
        """The subscription."""

    def journal(self) -> str:
        """The journal."""


def play(scenario: Scenario, player: Player, policy: Document) -> str:
    """The life with what came of it: its own lines, and after each step the lines that it printed."""
    teller = Teller(player, dict(policy))
    printed = {step.line: teller.tell(step) for step in scenario.steps}
    whole: list[str] = []
    for number, line in enumerate(scenario.lines, 1):
        if not line.strip().startswith(MARK):
            whole.append(line.rstrip())
            whole += [f"{MARK} {one}".rstrip() for one in printed.get(number, ())]
    return "\n".join(whole) + "\n"


_TOLD: Final = ("product", "plan", "cycle", "seats", "units")
_POLICY_VERBS: Final = ("timing", "proration")


class Teller:
    """Tells one step after the other; changes and documents are known by the order in which they came."""

    def __init__(self, player: Player, policy: dict[str, Any]) -> None:
        self.player = player
        self.policy = policy
        self.opening: Step | None = None
        self.open = False
        self.changes: list[str] = []
        self.documents: dict[str, list[str]] = {"invoice": [], "credit_note": []}

    def tell(self, step: Step) -> list[str]:
        """The lines that a step prints."""
        if step.verb == "account":
            self.opening = step
            return []
        if step.verb in _POLICY_VERBS and not self.open:
            self._policy(step)
            return []
        if not self.open:
            self._open()
        try:
            return self._tell(step)
        except Answered as answered:
            return _not_done(answered.document)

    def _open(self) -> None:
        if self.opening is None:
            return
        words = self.opening.words
        options = dict(zip(words[2::2], words[3::2], strict=True))
        self.player.open(words[0], {"currency": words[1], **options}, self.policy)
        self.open = True

    def _policy(self, step: Step) -> None:
        if step.verb == "proration":
            self.policy["proration"] = step.words[0]
        else:
            effect = {"effect": step.words[1], "credit": len(step.words) == 3}
            self.policy["timing"] = {**self.policy["timing"], step.words[0]: effect}

    def _tell(self, step: Step) -> list[str]:
        match step.verb:
            case "on":
                return [line for one in self.player.move(step.words[0]) for line in self._document(one)]
            case "quotes":
                return self._quote(self.player.quote(step.actor, self._edits(step)))
            case "takes":
                return self._taken(self.player.take(step.actor, self._edits(step)))
            case "payer":
                outcome = "succeeded" if step.words[0] == "confirms" else "failed"
                return self._taken(self.player.authenticate(outcome))
            case "pays":
                self.player.pay_with(step.actor, *step.words)
            case "grant" | "withhold":
                until = step.words[2] if len(step.words) == 3 else None
                self.player.override(step.words[0], step.verb == "grant", until)
            case "may":
                return _decision(self.player.may(step.actor, step.words[0]))
            case "state":
                return self._state(self.player.state())
            case "journal":
                return self.player.journal().splitlines()
        return []

    def _edits(self, step: Step) -> list[Document]:
        """The edits with the ids that their labels stand for."""
        return [
            {**edit, "change": self._change_id(edit["change"])} if "change" in edit else edit for edit in step.edits
        ]

    def _change_id(self, label: str) -> str:
        number = label.removeprefix("#")
        if not number.isdigit() or not 1 <= int(number) <= len(self.changes):
            raise Answered({"code": "unknown_change"})
        return self.changes[int(number) - 1]

    def _quote(self, quote: Document) -> list[str]:
        lines = [f"{_edit(one['edit'])}: {_outcome(one)}" for one in quote["edits"]]
        if quote["outcome"] == "refused":
            return lines
        lines += [_line(one) for one in quote["lines"]]
        lines.append(f"due today {_sums(quote['due_today'])}")
        renewal = quote["next_renewal"]
        lines.append(f"renews {renewal['on']}: {_sums(renewal)}" if renewal["on"] else "does not renew")
        return [*lines, *(f"warning {one}" for one in quote["warnings"])]

    def _taken(self, taken: Document) -> list[str]:
        if taken.get("state") == "open":
            return [f"payment of {_money(taken['amount'])} waits for the payer"]
        lines = []
        for change in taken["changes"]:
            self.changes.append(change["id"])
            lines.append(f"#{len(self.changes)} {_edit(change['edit'])} from {change['effective_on']}")
        return lines + (self._document(taken["invoice"]) if taken["invoice"] else [])

    def _document(self, document: Document) -> list[str]:
        kind, known = document["kind"], self.documents[document["kind"]]
        if document["id"] not in known:
            known.append(document["id"])
        number = known.index(document["id"]) + 1
        title = f"{kind.replace('_', ' ')} {number} on {document['on']}: {_sums(document)}"
        return [f"{title}, {document['status']}", *(f"  {_line(one)}" for one in document["lines"])]

    def _state(self, state: Document) -> list[str]:
        lines = [f"{state['state']}, {state['cycle']}"]
        if state["period"]:
            lines[0] += f", period {_span(state['period'])}, term {_span(state['term'])}"
        lines += [f"{one['product']} {one['plan']} {one['quantity']}" for one in state["items"]]
        for one in state["scheduled"]:
            lines.append(f"#{self.changes.index(one['id']) + 1} {_edit(one['edit'])} from {one['effective_on']}")
        return lines


def problem(found: Problem) -> Answered:
    """A problem as an answer."""
    return Answered({"code": found.code, "reason": found.params.get("reason")})


def _not_done(document: Document) -> list[str]:
    if document["code"] in ("refused", "by_request"):
        return [_outcome({**document, "outcome": document["code"]})]
    reason = f" {document['reason']}" if document.get("reason") else ""
    return [f"not done: {document['code']}{reason}"]


def _decision(decision: Document) -> list[str]:
    return [_outcome(decision)]


def _outcome(decision: Document) -> str:
    said = str(decision["outcome"])
    if decision.get("reason"):
        said += f" for {decision['reason']}"
    if decision.get("ask"):
        said += ", ask " + ", ".join(one["role"] for one in decision["ask"])
    if decision.get("effective_on"):
        said += f" from {decision['effective_on']}"
    return said


def _edit(edit: Document) -> str:
    return " ".join([edit["edit"], *(str(edit[name]) for name in _TOLD if name in edit)])


def _line(line: Document) -> str:
    share = f" ({line['share']['days']}/{line['share']['of']})" if line["span"] != line["period"] else ""
    tax = f" tax {_money(line['tax'])}" if line["tax"]["amount_minor"] else ""
    what = f"{line['kind']} {line['product']} {line['plan']} {line['quantity']} × {line['unit_price']}"
    return f"{what}, {_span(line['span'])}{share}: {_money(line['amount'])}{tax}"


def _sums(sums: Document) -> str:
    if sums["tax"]["amount_minor"] == 0:
        return f"{_money(sums['total'])} {sums['total']['currency']}"
    return f"{_money(sums['net'])} + {_money(sums['tax'])} = {_money(sums['total'])} {sums['total']['currency']}"


def _money(money: Document) -> str:
    return text(Money(money["amount_minor"], money["currency"]))


def _span(span: Document) -> str:
    return f"{span['start']}..{span['end']}"
