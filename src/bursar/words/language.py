"""The language of whoever is being spoken to."""

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language


def locale() -> Locale:
    """The locale that numbers, dates and lists follow now; English where no language is active."""
    return _parsed(get_language() or "en")


@lru_cache
def _parsed(language: str) -> Locale:
    return Locale.parse(language, sep="-")
