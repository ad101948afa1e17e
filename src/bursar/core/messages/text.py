"""Texts: the vendor's names and sentences in each language, and names as people type them."""

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field, PlainSerializer

from bursar.core.messages.entry import Table, Word, without_default
from bursar.core.messages.problem import Invalid

MOST_NAME: Final = 200
_HIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, marks that turn the direction of writing, and halves of characters. Line breaks and tabs may stand."""


class BadName(Invalid):
    """{found} is no name: give one of 1 to {most} characters, all of which can be seen."""

    code = "bad_name"


@dataclass(frozen=True, slots=True)
class Text(Table):
    """A name or sentence in English and, where the vendor wrote it, in French."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(title="Name", extra="forbid")

    en: Word
    # Empty where the vendor wrote none. A document leaves it out, since it cannot state an empty text.
    fr: Annotated[Word, Field(json_schema_extra=without_default)] = ""

    def in_language(self, locale: str) -> str:
        """Return the text in a language, or in English where it has no other."""
        # Regions read it too: fr-CH, fr-CA.
        return self.fr if self.fr and locale.startswith("fr") else self.en


def write_text(text: Text) -> dict[str, str]:
    """Return a text by language, only the languages that it has."""
    return {"en": text.en, "fr": text.fr} if text.fr else {"en": text.en}


Name = Annotated[Text, PlainSerializer(write_text)]
"""A text as an entry of a document."""


def one_line(text: str) -> str:
    """Return a name on one line, as emails and tables print it."""
    return " ".join(text.split())


def read_name(text: str) -> str:
    """Return a name on one line. Errors: BadName."""
    name = one_line(text)
    # Checked after blanks are collapsed: the name counts as it will be printed.
    if not 1 <= len(name) <= MOST_NAME or _HIDDEN.search(name):
        raise BadName(found=f'"{escaped(name[:60])}"', most=MOST_NAME)
    return name


def escaped(text: str) -> str:
    """Return a text with its hidden characters escaped as JSON does, such as \\u001b."""
    return _HIDDEN.sub(lambda hidden: f"\\u{ord(hidden[0]):04x}", text)


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet would read as a formula: a name could then run one."""


def spreadsheet_cell(text: str) -> str:
    """Return a text as a spreadsheet shows it, whatever it begins with."""
    # Spreadsheets read an apostrophe at the beginning as "this is text" and do not show it.
    return f"'{text}" if text.startswith(_FORMULA) else text
