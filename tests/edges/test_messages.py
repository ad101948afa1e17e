"""Everything that is said to people is said in French too, with the same things filled in."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from string import Formatter
from typing import cast

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

from bursar.i18n import catalogue, names
from problems import problems

LAZY = {f"{name}_lazy": spec for name, spec in DEFAULT_KEYWORDS.items() if name.endswith("gettext")}
KEYWORDS = {**DEFAULT_KEYWORDS, **LAZY, "gettext_noop": None, "phrase": None}
PERCENT = re.compile(r"%\((\w+)\)[sd]")


def test_every_problem_has_a_code_and_a_message() -> None:
    for problem in problems():
        assert problem.template(), problem
        assert problem.code, problem


def test_everything_said_has_a_french_entry() -> None:
    french = catalogues()
    missing = sorted({message for message, context in said() if not translations(french, message, context)})
    assert not missing, "without French in any locale/fr/LC_MESSAGES/django.po:\n" + "\n".join(missing)


def test_a_translation_fills_in_what_its_message_fills_in() -> None:
    french = catalogues()
    different = sorted(
        f"{message} -> {translation}"
        for message, context in said()
        for translation in translations(french, message, context)
        if placeholders(translation) != placeholders(message)
    )
    assert not different, "\n".join(different)


def test_no_translation_waits_to_be_looked_at_again() -> None:
    assert not [message.id for french in catalogues() for message in french if message.id and message.fuzzy]


def test_a_message_has_one_french_entry() -> None:
    """Reading a catalogue keeps the first of two, and whoever changes the other sees nothing come of it."""
    entry = re.compile(r'^(?:msgctxt (".*")\n)?msgid (".+")$', re.MULTILINE)
    twice = Counter(
        (path, found.groups()) for path in catalogue.files() for found in entry.finditer(path.read_text("utf-8"))
    )
    assert not [one for one, count in twice.items() if count > 1]


def test_no_line_of_french_begins_with_a_sign_of_punctuation() -> None:
    apart = re.compile("« | [»?!:;]")
    texts = [text for french in catalogues() for message in french for text in forms(message.string)]
    assert len(texts) > 700
    assert not [text for text in texts if apart.search(text)]


def said() -> Iterator[tuple[str, str | None]]:
    """Every message with its gettext context."""
    yield from ((problem.template(), None) for problem in problems())
    for table in (names.OUTCOMES, names.REASONS, names.STATES, names.EFFECTS, names.PRORATIONS):
        yield from ((name, None) for name in table.values())
    for context in (None, names.AFTER_NOT):
        yield from ((name, context) for name in names.CAPABILITIES.values())
    for file in catalogue.PACKAGE.rglob("*"):
        if file.suffix == ".py":
            yield from found(file.read_text(encoding="utf-8"))
        elif "templates" in file.parts and file.suffix in {".html", ".txt"}:
            yield from found(templatize(file.read_text(encoding="utf-8"), origin=str(file)))


def found(source: str) -> Iterator[tuple[str, str | None]]:
    """The messages that a source passes to gettext, plural ones by their singular."""
    stream = io.BytesIO(source.encode())
    for _, message, _, context in extract("python", stream, KEYWORDS, options={"encoding": "utf-8"}):
        yield (message if isinstance(message, str) else message[0]), context


def catalogues() -> list[Catalog]:
    return [catalogue.read(file) for file in catalogue.files() if file.parent.parent.name == "fr"]


def translations(french: list[Catalog], message: str, context: str | None) -> list[str]:
    """What the catalogues say for it; nothing when a form of it is missing."""
    for one in french:
        entry = one.get(message, context)
        if entry is not None:
            said = forms(entry.string)
            return said if all(said) else []
    return []


def forms(string: object) -> list[str]:
    """The forms of a translation, one for each number."""
    return [string] if isinstance(string, str) else list(cast("tuple[str, ...]", string) or [""])


def placeholders(template: str) -> set[str]:
    fields = {name for _, name, _, _ in Formatter().parse(PERCENT.sub("", template)) if name is not None}
    return fields | set(PERCENT.findall(template))
