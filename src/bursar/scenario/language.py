"""Read scenarios: each line is a step, and the lines after it that begin with a bar are its result.

Source: docs/scenarios.md
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bursar.catalog.document import read as read_catalog
from bursar.core.messages.document import BadDocument, parse_toml
from bursar.core.messages.problem import Invalid
from bursar.core.policy.capability import ROLES
from bursar.scenario.edit import read_edit
from bursar.scenario.word import ACTOR_VERBS, CONFIRMED, VERBS, Mistake, suggest

VENDOR: Final = "vendor"
ACTORS: Final = (VENDOR, *ROLES)
MARK: Final = "|"
BLOCKS: Final = ("catalog", "policy")


class BadLine(Invalid):
    """{file}:{line}: {detail}"""

    code = "bad_line"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a scenario: `verb` with its words; `edits` name changes by labels such as "#2".

    `document` is the TOML that stands below a `catalog` or a `policy`.
    """

    line: int
    text: str
    verb: str
    words: tuple[str, ...] = ()
    actor: str = ""
    edits: tuple[Mapping[str, Any], ...] = ()
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A life: its lines as written, and the steps among them."""

    file: str
    lines: tuple[str, ...]
    steps: tuple[Step, ...]


def read(text: str, file: str) -> Scenario:
    """Read a scenario from a text. Errors: BadLine with file, line and what was expected; those of a document."""
    lines = tuple(text.splitlines())
    reader = _Reader(file, lines)
    steps = reader.steps()
    if not steps or steps[0].verb != "account":
        line = steps[0].line if steps else 1
        detail = "expected a life to begin with a line such as: account self_service EUR"
        raise BadLine(file=file, line=line, detail=detail)
    return Scenario(file, lines, tuple(steps))


class _Reader:
    """Reads one file from top to bottom, and keeps the names of all members that were added so far."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.file = file
        self.lines = lines
        self.actors = list(ACTORS)

    def steps(self) -> list[Step]:
        """Return every step of the file."""
        steps: list[Step] = []
        number = 0
        while number < len(self.lines):
            number += 1
            line = self.lines[number - 1]
            if not line.strip() or line.strip().startswith(("#", MARK)):
                continue
            if line.strip() in BLOCKS:
                end = self._block_end(number)
                steps.append(self._block(line.strip(), number, end))
                number = end
                continue
            try:
                steps.append(self._step(number, line.strip()))
            except (Mistake, ValueError) as mistake:
                raise BadLine(file=self.file, line=number, detail=str(mistake)) from None
        return steps

    def _block_end(self, number: int) -> int:
        """Return the number of the last indented line below a line; empty lines between belong to the block."""
        end = number
        for following in range(number, len(self.lines)):
            line = self.lines[following]
            if line.strip() and not line[0].isspace():
                break
            if line.strip():
                end = following + 1
        return end

    def _block(self, verb: str, number: int, end: int) -> Step:
        if end == number:
            detail = f"expected a TOML document in the lines below {verb}, each of them indented; found none"
            raise BadLine(file=self.file, line=number, detail=detail)
        # The lines before count as well, so that a mistake is named by its line in the file.
        document = parse_toml("\n" * number + "\n".join(self.lines[number:end]), self.file)
        if verb == "catalog":
            # A policy is read later: it states differences only, and is complete with the one in force.
            try:
                read_catalog(document, 1)
            except BadDocument as problem:
                raise BadLine(file=self.file, line=number, detail=str(problem)) from None
        return Step(number, verb, verb, document=document)

    def _step(self, number: int, text: str) -> Step:
        words = split(text)
        first = words[0]
        if first in self.actors:
            return self._actor_step(number, text, words)
        check = VERBS.get(first)
        if check is None:
            raise Mistake(f"found {first}, expected one of {suggest(first, (*VERBS, *BLOCKS, *self.actors))}")
        check(words)
        return Step(number, text, first, words[1:])

    def _actor_step(self, number: int, text: str, words: tuple[str, ...]) -> Step:
        actor, arguments = words[0], words[1:]
        if not arguments:
            raise Mistake(f"expected what the person does: {', '.join(ACTOR_VERBS)}")
        verb, arguments = arguments[0], arguments[1:]
        if verb in ("takes", "quotes", "asks"):
            confirmed = arguments[:1] if verb == "takes" and arguments[:1] == (CONFIRMED,) else ()
            edits = tuple(read_edit(group) for group in _groups(arguments[len(confirmed) :]))
            return Step(number, text, verb, confirmed, actor=actor, edits=edits)
        check = ACTOR_VERBS.get(verb)
        if check is None:
            raise Mistake(f"expected takes EDITS or another deed, found {verb}: {suggest(verb, ACTOR_VERBS)}")
        check(arguments)
        if verb == "adds" and arguments[0] in ACTORS:
            raise Mistake(f"every life has {arguments[0]} from its beginning; give the new member another name")
        if verb == "adds":
            self.actors.append(arguments[0])
        # The word of the verb that names a member, who must have been added before.
        position = {"makes": 0, "removes": 0, "passes": 1, "assigns": 2, "frees": 2}.get(verb)
        member = None if position is None else arguments[position]
        if member is not None and (member not in self.actors or member == VENDOR):
            raise Mistake(f"found {member}, expected a member: {suggest(member, self.actors[1:])}")
        return Step(number, text, verb, arguments, actor)


def split(text: str) -> tuple[str, ...]:
    """Return the words of a line. Quotes join words; a semicolon outside of quotes is a word of its own."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";")
    lexer.whitespace_split = True
    # A # within a line is the label of a change and begins no comment.
    lexer.commenters = ""
    return tuple(lexer)


def _groups(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    groups: list[list[str]] = [[]]
    for word in words:
        if re.fullmatch(";+", word):
            groups.append([])
        else:
            groups[-1].append(word)
    return [tuple(group) for group in groups]
