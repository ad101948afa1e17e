"""The message catalogues as files: reading one, and compiling all of them for gettext."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE: Final = Path(__file__).resolve().parent.parent
TOGETHER: Final = {"fr": re.compile("(?<=«) | (?=[»?!:;])")}
"""By language the spaces at which no line may break; in the files they are typed as plain ones."""


def files(root: Path = PACKAGE) -> tuple[Path, ...]:
    """Every catalogue of the package."""
    return tuple(sorted(root.glob("**/locale/*/LC_MESSAGES/django.po")))


def read(file: Path) -> Catalog:
    """Read a message file. Its folder names the language, whose spaces beside punctuation become unbreakable."""
    language = file.parent.parent.name
    with file.open("rb") as stream:
        catalog = read_po(stream, locale=language, abort_invalid=True)
    if language in TOGETHER:
        for message in catalog:
            if message.id:
                message.string = _kept_together(message.string or "", TOGETHER[language])
    return catalog


def _kept_together(said: str | Iterable[str], spaces: re.Pattern[str]) -> str | tuple[str, ...]:
    """The same in one form or in several, with spaces at which no line breaks."""
    if isinstance(said, str):
        return spaces.sub("\u00a0", said)
    return tuple(spaces.sub("\u00a0", form) for form in said)


def compiled() -> tuple[Path, ...]:
    """Write beside every catalogue the compiled one that gettext reads; the files written."""
    written = []
    for file in files():
        target = file.with_suffix(".mo")
        with target.open("wb") as stream:
            write_mo(stream, read(file))
        written.append(target)
    return tuple(written)


if __name__ == "__main__":
    compiled()
