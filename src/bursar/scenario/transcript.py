"""Write the result of each line of a scenario as text, the same for every player."""

from typing import Final

from bursar.core.policy.capability import ROLES
from bursar.policy.document import read as read_policy
from bursar.scenario.language import MARK, BadLine, Scenario, Step
from bursar.scenario.player import Document, NotDone, Player, decisions_by_name
from bursar.scenario.policy_part import merge_policy, policy_part
from bursar.scenario.printed import (
    address_lines,
    decision_table,
    decision_text,
    edit_text,
    item_text,
    line_text,
    money_text,
    not_done,
    quote_lines,
    span_text,
    sums_text,
)


def play(scenario: Scenario, player: Player, policy: Document) -> str:
    """Play a life; return its own lines, and after each step the lines of its result."""
    writer = TranscriptWriter(player, policy, scenario.file)
    printed = {step.line: writer.play_step(step) for step in scenario.steps}
    transcript: list[str] = []
    # Results that stand in the file are left out, and the new ones take their place.
    for number, line in enumerate(scenario.lines, 1):
        if not line.strip().startswith(MARK):
            transcript.append(line.rstrip())
            transcript += [f"{MARK} {result}".rstrip() for result in printed.get(number, ())]
    return "\n".join(transcript) + "\n"


_POLICY_VERBS: Final = ("timing", "proration", "policy", "catalog")


class TranscriptWriter:
    """Plays one step after the other and writes its result. Changes and documents are numbered in their order."""

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

    def play_step(self, step: Step) -> list[str]:
        """Play a step; return the lines of its result. Errors: BadDocument for a policy that cannot be read."""
        # Opened at the first step that needs it: a catalog or policy below `account` counts from the beginning.
        if step.verb == "account":
            self.opening = step
            return []
        if step.verb in _POLICY_VERBS:
            self._publish(step)
            return []
        if not self.open:
            self._open()
        try:
            lines = self._play_step(step)
        except NotDone as refusal:
            lines = not_done(refusal.document)
        return lines if step.verb in _QUIET_VERBS else lines + self._new_documents()

    def _new_documents(self) -> list[str]:
        """Return the lines of every document that was not printed yet."""
        new = [document for document in self.player.documents() if document["id"] not in self.documents]
        return [line for document in new for line in self._document(document)]

    def _open(self) -> None:
        if self.opening is None:
            return
        words = self.opening.words
        options = dict(zip(words[2::2], words[3::2], strict=True))
        if self.catalog is not None:
            self.player.publish(self.catalog, None)
        try:
            self.player.open(words[0], {"currency": words[1], **options}, self.policy)
        except NotDone as refusal:
            detail = f"the account cannot be opened: {refusal.document['code']}"
            raise BadLine(file=self.file, line=self.opening.line, detail=detail) from None
        self.open = True

    def _publish(self, step: Step) -> None:
        """Publish a catalog or policy; before the account is opened it is only noted."""
        if step.verb == "catalog":
            self.catalog = step.document
        else:
            self.policy = merge_policy(self.policy, policy_part(step))
            # Read here for its refusal alone, which names the line; the players read it themselves.
            read_policy(self.policy, 1, at=f"{self.file}:{step.line}")
        if self.open:
            self.player.publish(*((self.catalog, None) if step.verb == "catalog" else (None, self.policy)))

    def _play_step(self, step: Step) -> list[str]:
        match step.verb:
            case "on":
                self.player.move_clock(step.words[0])
                return []
            case "quotes":
                return quote_lines(self.player.quote(step.actor, self._edits(step)))
            case "asks":
                request = self.player.submit(step.actor, self._edits(step))
                self.requests.append(request["id"])
                return [self._request(request), *quote_lines(request["quote"])]
            case "approves":
                return self._result_lines(
                    self.player.approve(step.actor, self._last_request_id(), confirmed=bool(step.words))
                )
            case "rejects":
                return [self._request(self.player.reject(step.actor, self._last_request_id(), step.words[0]))]
            case "withdraws":
                return [self._request(self.player.withdraw(step.actor, self._last_request_id()))]
            case "takes":
                return self._result_lines(self.player.accept(step.actor, self._edits(step), confirmed=bool(step.words)))
            case "undoes":
                return self._result_lines(self.player.undo(step.actor, self._change_id(step.words[0])))
            case "payer":
                outcomes = {"confirms": "succeeded", "refuses": "failed", "gives": "given_up"}
                return self._result_lines(self.player.answer_payment(outcomes[step.words[0]]))
            case "pays":
                return self._pays(step)
        return self._read_step(step) if step.verb in _READING_VERBS else self._arrange(step)

    def _arrange(self, step: Step) -> list[str]:
        """Play a step that makes neither changes nor documents."""
        words = step.words
        match step.verb:
            case "grant" | "withhold":
                self.player.add_override(words[0], step.verb == "grant", words[2] if len(words) == 3 else None)
            case "lift":
                self.player.end_override(words[0])
            case "type" | "tax":
                self.player.alter_account({"account_type" if step.verb == "type" else "tax_rate": words[0]})
            case "adds":
                self.player.add_member(step.actor, words[0], words[2])
                self.people.append(words[0])
            case "makes":
                self.player.change_member(step.actor, words[0], words[1])
            case "removes":
                self.player.remove_member(step.actor, words[0])
                self.people.remove(words[0])
            case "passes":
                self.player.transfer_ownership(step.actor, words[1], words[3] if len(words) == 4 else "")
            case "assigns":
                self.player.assign_seat(step.actor, words[0], words[2])
            case "frees":
                self.player.free_seat(step.actor, words[0], words[2])
            case "counts":
                self.player.count_seats(words[0], None if words[1] == "none" else int(words[1]))
            case "says":
                self.player.set_billing_details(step.actor, dict(zip(words[::2], words[1::2], strict=True)))
        return []

    def _read_step(self, step: Step) -> list[str]:
        """Play a step that only reads."""
        match step.verb:
            case "may":
                decisions = self.player.decisions(step.actor)
                return [decision_text(entry) for entry in decisions if entry["capability"] == step.words[0]]
            case "matrix":
                return decision_table(decisions_by_name(self.player, self.people))
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
            self.player.set_payment_method(step.actor, words[1], words[2] if len(words) == 3 else "")
            return []
        document = self._numbered(words[1])
        return self._result_lines(self.player.pay(step.actor, document["id"], words[3], words[4]))

    def _edits(self, step: Step) -> list[Document]:
        """Return the edits with ids in place of labels and names."""
        return [self._edit(edit) for edit in step.edits]

    def _edit(self, edit: Document) -> Document:
        if "change" in edit:
            edit = {**edit, "change": self._change_id(edit["change"])}
        if "release" in edit:
            edit = {**edit, "release": [self.player.member_id(name) for name in edit["release"].split(",")]}
        return edit

    def _change_id(self, label: str) -> str:
        number = label.removeprefix("#")
        if not number.isdigit() or not 1 <= int(number) <= len(self.changes):
            raise NotDone({"code": "unknown_change"})
        return self.changes[int(number) - 1]

    def _last_request_id(self) -> str:
        """Return the id of the last request. Errors: NotDone if there is none."""
        if not self.requests:
            raise NotDone({"code": "not_found"})
        return self.requests[-1]

    def _request(self, request: Document) -> str:
        name = request["member"]["email"].partition("@")[0]
        closed = request["closed"] or {"cause": None, "reason": ""}
        cause = f" for {closed['cause']}" if closed["cause"] else ""
        reason = f", {closed['reason']!r}" if closed["reason"] else ""
        return f"request {self.requests.index(request['id']) + 1} of {name}: {request['state']}{cause}{reason}"

    def _result_lines(self, result: Document) -> list[str]:
        if result.get("state") == "open":
            return [f"payment of {money_text(result['amount'])} waits for the payer"]
        lines = []
        for change in result["changes"]:
            self.changes.append(change["id"])
            lines.append(f"#{len(self.changes)} {edit_text(change['edit'])} from {change['effective_on']}")
        document = result["invoice"]
        # A new document is printed with its lines after the step; here only one is named that was printed before.
        return [*lines, self._title(document)] if document and document["id"] in self.documents else lines

    def _label(self, document: Document) -> str:
        """Return the kind of a document and its number within the life."""
        if document["id"] not in self.documents:
            number = sum(kind == document["kind"] for kind, _ in self.documents.values()) + 1
            self.documents[document["id"]] = (document["kind"], number)
        kind, number = self.documents[document["id"]]
        return f"{kind.replace('_', ' ')} {number}"

    def _title(self, document: Document) -> str:
        return f"{self._label(document)} on {document['on']}: {sums_text(document)}, {document['status']}"

    def _document(self, document: Document) -> list[str]:
        return [self._title(document), *(f"  {line_text(line)}" for line in document["lines"])]

    def _numbered(self, number: str) -> Document:
        """Return the invoice of a number within the life. Errors: NotDone."""
        for document in self.player.documents():
            if self._label(document) == f"invoice {number}":
                return document
        raise NotDone({"code": "not_found"})

    def _invoice(self, number: str) -> list[str]:
        document = self._numbered(number)
        return [*self._document(document), *(f"  {line}" for line in address_lines(document))]

    def _state(self, state: Document) -> list[str]:
        lines = [f"{state['state']}, {state['cycle']}"]
        if state["period"]:
            lines[0] += f", period {span_text(state['period'])}, term {span_text(state['term'])}"
        if state["trial_until"]:
            lines[0] += f", trial until {state['trial_until']}"
        lines += map(item_text, state["items"])
        for change in state["scheduled"]:
            number = self.changes.index(change["id"]) + 1
            lines.append(f"#{number} {edit_text(change['edit'])} from {change['effective_on']}")
        return lines


_READING_VERBS: Final = ("may", "matrix", "state", "requests", "seats", "invoices", "invoice", "journal")
_QUIET_VERBS: Final = (
    *(*_READING_VERBS, "grant", "withhold", "lift", "type", "tax"),
    *("adds", "makes", "removes", "passes", "assigns", "frees", "counts", "says"),
)
"""Verbs that never make a document, so that no list of documents is asked for after them."""


def _seats(seats: Document) -> str:
    """Return the line of a product's seats: used, bought, and their holders."""
    names = [
        holder["email"].partition("@")[0] + ("" if holder["seat"] else " without a seat") for holder in seats["people"]
    ]
    holders = ", ".join(names) if not seats["counted"] else "as counted"
    short = seats["short"]
    shortage = f"; from {short['on']} only {short['seats']}, name {short['more']} more" if short else ""
    return f"{seats['product']}: {seats['used']} of {seats['bought']} used{': ' if holders else ''}{holders}{shortage}"
