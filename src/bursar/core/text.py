"""What the vendor calls its things, in each language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A name or sentence in English and, where the vendor wrote it, in French."""

    en: str
    fr: str = ""

    def said(self, locale: str) -> str:
        """The text in that language, or in English."""
        return self.fr if self.fr and locale.startswith("fr") else self.en


def one_line(said: str) -> str:
    """A name as it stands in letters and tables: its blanks and line breaks as single blanks."""
    return " ".join(said.split())
