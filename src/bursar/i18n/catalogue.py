"""The message catalogues as files: reading one, and compiling all of them for gettext."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE: Final = Path(__file__).resolve().parent.parent
UNBREAKABLE: Final = {"fr": re.compile("(?<=«) | (?=[»?!:;])")}
"""By language the spaces at which no line may break; in the files they are typed as plain ones."""


def files(root: Path = PACKAGE) -> tuple[Path, ...]:
    """Return every catalogue of the package."""
    return tuple(sorted(root.glob("**/locale/*/LC_MESSAGES/django.po")))


def read(file: Path) -> Catalog:
    """Read a message file. Its folder names the language, whose spaces beside punctuation become unbreakable."""
    language = file.parent.parent.name
    with file.open("rb") as stream:
        # A broken file stops the build; left out, its sentences would turn English without anybody noticing.
        catalog = read_po(stream, locale=language, abort_invalid=True)
    if language in UNBREAKABLE:
        for message in catalog:
            if message.id:
                message.string = _with_unbreakable_spaces(message.string or "", UNBREAKABLE[language])
    return catalog


def _with_unbreakable_spaces(text: str | Iterable[str], spaces: re.Pattern[str]) -> str | tuple[str, ...]:
    """Return a translation, in one form or several, with the spaces at which no line breaks."""
    if isinstance(text, str):
        return spaces.sub("\u00a0", text)
    return tuple(spaces.sub("\u00a0", form) for form in text)


def compiled() -> tuple[Path, ...]:
    """Write beside each catalogue the compiled file that gettext reads, and return these files."""
    compiled_files = []
    for file in files():
        target = file.with_suffix(".mo")
        with target.open("wb") as stream:
            write_mo(stream, read(file))
        compiled_files.append(target)
    return tuple(compiled_files)


if __name__ == "__main__":
    compiled()
