"""Write the result of each line of a scenario as text, the same for every player."""

from collections.abc import Mapping
from typing import Any, Final

from bursar.core.policy.capability import ROLES
from bursar.policy.document import read as read_policy
from bursar.scenario.language import MARK, BadLine, Scenario, Step
from bursar.scenario.player import Answered, Document, Player, rights
from bursar.scenario.printed import addressed, edited, had, money, not_done, outcome, priced, quoted, span, sums, table


def play(scenario: Scenario, player: Player, policy: Document) -> str:
    """The life with what came of it: its own lines, and after each step the lines that it printed."""
    teller = Teller(player, policy, scenario.file)
    printed = {step.line: teller.tell(step) for step in scenario.steps}
    whole: list[str] = []
    for number, line in enumerate(scenario.lines, 1):
        if not line.strip().startswith(MARK):
            whole.append(line.rstrip())
            whole += [f"{MARK} {one}".rstrip() for one in printed.get(number, ())]
    return "\n".join(whole) + "\n"


_POLICY_VERBS: Final = ("timing", "proration", "policy", "catalog")


class Teller:
    """Tells one step after the other; changes and documents are known by the order in which they came."""

    def __init__(self, player: Player, policy: Document, file: str = "") -> None:
        self.player = player
        self.policy = policy
        self.file = file
        self.catalog: Document | None = None
        self.opening: Step | None = None
        self.open = False
        self.people = list(ROLES)
        self.changes: list[str] = []
        self.documents: dict[str, tuple[str, int]] = {}
        self.requests: list[str] = []

    def tell(self, step: Step) -> list[str]:
        """The lines that a step prints. Errors: BadDocument for a policy that cannot be read."""
        if step.verb == "account":
            self.opening = step
            return []
        if step.verb in _POLICY_VERBS:
            self._publish(step)
            return []
        if not self.open:
            self._open()
        try:
            lines = self._tell(step)
        except Answered as answered:
            lines = not_done(answered.document)
        return lines if step.verb in _QUIET else lines + self._news()

    def _news(self) -> list[str]:
        """Every document that was not told of yet."""
        new = [document for document in self.player.documents() if document["id"] not in self.documents]
        return [line for one in new for line in self._document(one)]

    def _open(self) -> None:
        if self.opening is None:
            return
        words = self.opening.words
        options = dict(zip(words[2::2], words[3::2], strict=True))
        if self.catalog is not None:
            self.player.publish(self.catalog, None)
        try:
            self.player.open(words[0], {"currency": words[1], **options}, self.policy)
        except Answered as answered:
            detail = f"the account cannot be opened: {answered.document['code']}"
            raise BadLine(file=self.file, line=self.opening.line, detail=detail) from None
        self.open = True

    def _publish(self, step: Step) -> None:
        """Publish a catalog or policy; before the account is opened it is only noted."""
        if step.verb == "catalog":
            self.catalog = step.document
        else:
            self.policy = merged(self.policy, _differing(step))
            read_policy(self.policy, 1, at=f"{self.file}:{step.line}")
        if self.open:
            self.player.publish(*((self.catalog, None) if step.verb == "catalog" else (None, self.policy)))

    def _tell(self, step: Step) -> list[str]:
        match step.verb:
            case "on":
                self.player.move(step.words[0])
                return []
            case "quotes":
                return quoted(self.player.quote(step.actor, self._edits(step)))
            case "asks":
                asked = self.player.ask(step.actor, self._edits(step))
                self.requests.append(asked["id"])
                return [self._request(asked), *quoted(asked["quote"])]
            case "approves":
                return self._taken(self.player.approve(step.actor, self._asked(), confirmed=bool(step.words)))
            case "rejects":
                return [self._request(self.player.reject(step.actor, self._asked(), step.words[0]))]
            case "withdraws":
                return [self._request(self.player.withdraw(step.actor, self._asked()))]
            case "takes":
                return self._taken(self.player.take(step.actor, self._edits(step), confirmed=bool(step.words)))
            case "undoes":
                return self._taken(self.player.undo(step.actor, self._change_id(step.words[0])))
            case "payer":
                outcomes = {"confirms": "succeeded", "refuses": "failed", "gives": "given_up"}
                return self._taken(self.player.authenticate(outcomes[step.words[0]]))
            case "pays":
                return self._pays(step)
        return self._ask(step) if step.verb in _ASKING else self._arrange(step)

    def _arrange(self, step: Step) -> list[str]:
        """Play a step that makes neither changes nor documents."""
        words = step.words
        match step.verb:
            case "grant" | "withhold":
                self.player.override(words[0], step.verb == "grant", words[2] if len(words) == 3 else None)
            case "lift":
                self.player.lift(words[0])
            case "type" | "tax":
                self.player.alter({"account_type" if step.verb == "type" else "tax_rate": words[0]})
            case "adds":
                self.player.add_member(step.actor, words[0], words[2])
                self.people.append(words[0])
            case "makes":
                self.player.change_member(step.actor, words[0], words[1])
            case "removes":
                self.player.remove_member(step.actor, words[0])
                self.people.remove(words[0])
            case "passes":
                self.player.pass_on(step.actor, words[1], words[3] if len(words) == 4 else "")
            case "assigns":
                self.player.assign(step.actor, words[0], words[2])
            case "frees":
                self.player.free(step.actor, words[0], words[2])
            case "counts":
                self.player.count(words[0], None if words[1] == "none" else int(words[1]))
            case "says":
                self.player.say(step.actor, dict(zip(words[::2], words[1::2], strict=True)))
        return []

    def _ask(self, step: Step) -> list[str]:
        """Play a step that only reads."""
        match step.verb:
            case "may":
                found = self.player.may(step.actor)
                return [outcome(one) for one in found if one["capability"] == step.words[0]]
            case "matrix":
                return table(rights(self.player, self.people))
            case "state":
                return self._state(self.player.state())
            case "seats":
                return [_seats(seat) for seat in self.player.seats()]
            case "requests":
                return [self._request(request) for request in self.player.requests()]
            case "invoices":
                return [self._title(document) for document in self.player.documents()]
            case "invoice":
                return self._invoice(step.words[0])
        return self.player.journal().splitlines()

    def _pays(self, step: Step) -> list[str]:
        words = step.words
        if words[0] == "with":
            self.player.pay_with(step.actor, words[1], words[2] if len(words) == 3 else "")
            return []
        document = self._numbered(words[1])
        return self._taken(self.player.pay(step.actor, document["id"], words[3], words[4]))

    def _edits(self, step: Step) -> list[Document]:
        """The edits with the ids that labels and names stand for."""
        return [self._edit(edit) for edit in step.edits]

    def _edit(self, edit: Document) -> Document:
        if "change" in edit:
            edit = {**edit, "change": self._change_id(edit["change"])}
        if "release" in edit:
            edit = {**edit, "release": [self.player.member_id(one) for one in edit["release"].split(",")]}
        return edit

    def _change_id(self, label: str) -> str:
        number = label.removeprefix("#")
        if not number.isdigit() or not 1 <= int(number) <= len(self.changes):
            raise Answered({"code": "unknown_change"})
        return self.changes[int(number) - 1]

    def _asked(self) -> str:
        """The request made last. Errors: Answered."""
        if not self.requests:
            raise Answered({"code": "not_found"})
        return self.requests[-1]

    def _request(self, request: Document) -> str:
        name = request["member"]["email"].partition("@")[0]
        said = f", {request['closed']['reason']!r}" if request["closed"] and request["closed"]["reason"] else ""
        why = f" for {request['closed']['cause']}" if request["closed"] and request["closed"]["cause"] else ""
        return f"request {self.requests.index(request['id']) + 1} of {name}: {request['state']}{why}{said}"

    def _taken(self, taken: Document) -> list[str]:
        if taken.get("state") == "open":
            return [f"payment of {money(taken['amount'])} waits for the payer"]
        lines = []
        for change in taken["changes"]:
            self.changes.append(change["id"])
            lines.append(f"#{len(self.changes)} {edited(change['edit'])} from {change['effective_on']}")
        document = taken["invoice"]
        return [*lines, self._title(document)] if document and document["id"] in self.documents else lines

    def _label(self, document: Document) -> str:
        """The kind of a document and its number within the life."""
        if document["id"] not in self.documents:
            number = sum(kind == document["kind"] for kind, _ in self.documents.values()) + 1
            self.documents[document["id"]] = (document["kind"], number)
        kind, number = self.documents[document["id"]]
        return f"{kind.replace('_', ' ')} {number}"

    def _title(self, document: Document) -> str:
        return f"{self._label(document)} on {document['on']}: {sums(document)}, {document['status']}"

    def _document(self, document: Document) -> list[str]:
        return [self._title(document), *(f"  {priced(one)}" for one in document["lines"])]

    def _numbered(self, number: str) -> Document:
        """The invoice of that number in the life."""
        for document in self.player.documents():
            if self._label(document) == f"invoice {number}":
                return document
        raise Answered({"code": "not_found"})

    def _invoice(self, number: str) -> list[str]:
        document = self._numbered(number)
        return [*self._document(document), *(f"  {one}" for one in addressed(document))]

    def _state(self, state: Document) -> list[str]:
        lines = [f"{state['state']}, {state['cycle']}"]
        if state["period"]:
            lines[0] += f", period {span(state['period'])}, term {span(state['term'])}"
        if state["trial_until"]:
            lines[0] += f", trial until {state['trial_until']}"
        lines += map(had, state["items"])
        for one in state["scheduled"]:
            lines.append(f"#{self.changes.index(one['id']) + 1} {edited(one['edit'])} from {one['effective_on']}")
        return lines


_ASKING: Final = ("may", "matrix", "state", "requests", "seats", "invoices", "invoice", "journal")
_QUIET: Final = (
    *(*_ASKING, "grant", "withhold", "lift", "type", "tax"),
    *("adds", "makes", "removes", "passes", "assigns", "frees", "counts", "says"),
)
"""What never makes a document."""


def _seats(seats: Document) -> str:
    """The seats of a product: how many of how many, and who has it."""
    names = [one["email"].partition("@")[0] + ("" if one["seat"] else " without a seat") for one in seats["people"]]
    said = ", ".join(names) if not seats["counted"] else "as counted"
    short = seats["short"]
    too_few = f"; from {short['on']} only {short['seats']}, name {short['more']} more" if short else ""
    return f"{seats['product']}: {seats['used']} of {seats['bought']} used{': ' if said else ''}{said}{too_few}"


def _differing(step: Step) -> Document:
    """Return the part of the policy that a step replaces."""
    if step.verb == "proration":
        return {"proration": step.words[0]}
    if step.verb == "timing":
        return {"timing": {step.words[0]: {"effect": step.words[1], "credit": len(step.words) == 3}}}
    return step.document or {}


def merged(policy: Document, differing: Document) -> Document:
    """A policy with what differs: tables entry by entry, lists of tables by their code, all else in its place."""
    whole = dict(policy)
    for name, value in differing.items():
        there = whole.get(name)
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            whole[name] = merged(there, value)
        elif name in ("account_types", "roles") and isinstance(value, list) and isinstance(there, list):
            whole[name] = _by_code(there, value)
        else:
            whole[name] = value
    return whole


def _by_code(there: list[Any], differing: list[Any]) -> list[Any]:
    """A list of tables, those of a known code altered and the others added."""
    entries = {one["code"]: one for one in there}
    for one in differing:
        code = one.get("code") if isinstance(one, Mapping) else None
        entries[code] = merged(entries[code], one) if code in entries else one
    return list(entries.values())
