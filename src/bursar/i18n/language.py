"""The language of whoever is being spoken to, and how words are compared in it."""

import unicodedata
from functools import lru_cache
from typing import Final

from babel import Locale
from django.utils.translation import get_language

_AS: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "’": "'"})
"""Letters that Unicode does not take apart."""


def locale() -> Locale:
    """The locale that numbers, dates and lists follow now; English where no language is active."""
    return _parsed(get_language() or "en")


@lru_cache
def _parsed(language: str) -> Locale:
    return Locale.parse(language, sep="-")


def folded(text: str) -> str:
    """A text as it is searched and put in order: without case and accents, however those were typed."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one)).translate(_AS)
