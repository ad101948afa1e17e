"""The language of the reader, and the comparison of words in it."""

import unicodedata
from functools import lru_cache
from typing import Final

from babel import Locale
from django.utils.translation import get_language

_LETTERS: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "’": "'"})
"""Letters that Unicode does not take apart."""


def locale() -> Locale:
    """Return the locale of numbers, dates and lists; English where no language is active."""
    return _parsed(get_language() or "en")


# Babel looks for a file at each parsing, and a page asks for its locale hundreds of times.
@lru_cache
def _parsed(language: str) -> Locale:
    return Locale.parse(language, sep="-")


def folded(text: str) -> str:
    """Return a text as it is searched and sorted: without case and accents, however they were typed."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character)).translate(_LETTERS)
