"""The message catalogues as files: reading one, and compiling all of them for gettext."""

from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE: Final = Path(__file__).resolve().parent.parent


def files(root: Path = PACKAGE) -> tuple[Path, ...]:
    """Every catalogue of the package."""
    return tuple(sorted(root.glob("**/locale/*/LC_MESSAGES/django.po")))


def read(file: Path) -> Catalog:
    """One catalogue, its language taken from where it stands."""
    with file.open("rb") as stream:
        return read_po(stream, locale=file.parent.parent.name, abort_invalid=True)


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
