"""Countries, by their two letters, as people call them."""

from typing import Final

from bursar.i18n.language import folded, locale

NO_COUNTRY: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Two letters that stand for a union, a test or nothing known."""


def countries() -> list[tuple[str, str]]:
    """Return every country by code and name, in the order of the names. Source: CLDR, as Babel has it."""
    names = [(code, name) for code, name in locale().territories.items() if _is_country(code)]
    # By the name without accents, so that États-Unis stands under E.
    return sorted(names, key=lambda country: folded(country[1]))


def is_country(code: str) -> bool:
    """Return whether two letters are the code of a country."""
    return _is_country(code) and code in locale().territories


def country_name(text: str) -> str:
    """Return the name of a country by its code; what was written otherwise as it was written."""
    return str(locale().territories.get(text, text)) if _is_country(text) else text


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code.isupper() and code not in NO_COUNTRY
