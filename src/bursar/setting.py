"""Read settings from the variables of an environment. A value that cannot be understood is refused, never guessed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from bursar.core.messages.document import excerpt
from bursar.core.messages.problem import Invalid, Phrase, phrase

# The words that django-environ takes, by which settings were read at first.
YES: Final = ("true", "on", "ok", "y", "yes", "1")
NO: Final = ("false", "off", "n", "no", "0")
_HOST: Final = re.compile(r"\*|\.?[0-9a-z_-]+(\.[0-9a-z_-]+)*\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)


class BadSetting(Invalid):
    """{name} is {found}: expected {expected}."""

    code = "bad_setting"


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of a process. An empty variable counts as one that is not set: compose files often set such."""

    environment: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        """Return a text as it is."""
        return self.environment.get(name) or default

    def non_empty(self, name: str, default: str) -> str:
        """Return a text that may be left out and never be empty. Errors: BadSetting."""
        # An empty secret key is a mistake of a script, and everybody would be signed out by the default in its place.
        if self.environment.get(name) == "":
            raise BadSetting(name=name, found=phrase("empty"), expected=phrase("a value, or no such variable"))
        return self.text(name, default)

    def switch(self, name: str, default: str = "false") -> bool:
        """Return True for a word that means yes, and False for one that means no. Errors: BadSetting."""
        word = self.text(name, default).strip().lower()
        if word not in YES + NO:
            raise self._refusal(name, phrase("true or false"))
        return word in YES

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number within bounds. Errors: BadSetting."""
        word = self.text(name, str(default)).strip()
        # `int` alone would take "1_000", "+5" and digits of other scripts, and needs long for a million digits.
        if not re.fullmatch(r"[0-9]{1,18}", word) or not least <= int(word) <= most:
            raise self._refusal(name, phrase("a whole number from {least} to {most}", least=least, most=most))
        return int(word)

    def words(self, name: str) -> list[str]:
        """Return the words of a list with commas between."""
        return [word for part in self.text(name).split(",") if (word := part.strip())]

    def hosts(self, name: str) -> list[str]:
        """Return names of hosts. Errors: BadSetting."""
        values = self.words(name)
        if not all(_HOST.fullmatch(value) for value in values):
            expected = phrase(
                "names such as billing.example.com with commas between, without https:// and without a port"
            )
            raise self._refusal(name, expected)
        return values

    def address(self, name: str, default: str = "") -> str:
        """Return the address of a site, without a slash at its end. Errors: BadSetting."""
        address = self.text(name, default).strip().rstrip("/")
        if address and not _site(address):
            raise self._refusal(
                name, phrase("an address such as https://billing.example.com, which begins with https://")
            )
        return address

    def origins(self, name: str) -> list[str]:
        """Return origins, which are addresses without a path. Errors: BadSetting."""
        values = [word.rstrip("/") for word in self.words(name)]
        if not all((site := _site(value)) and not site.path for value in values):
            expected = phrase("addresses such as https://billing.example.com with commas between, each with https://")
            raise self._refusal(name, expected)
        return values

    def _refusal(self, name: str, expected: Phrase) -> BadSetting:
        return BadSetting(name=name, found=excerpt(self.environment[name]), expected=expected)


def _site(address: str) -> SplitResult | None:
    """Return the parts of an address at which a browser finds a site; None if there is none."""
    try:
        parts = urlsplit(address)
        # Asking for a port that is no number raises ValueError. A colon without a port is most likely a slip.
        is_site = (
            parts.scheme in ("http", "https") and parts.hostname and (parts.port or not parts.netloc.endswith(":"))
        )
    except ValueError:
        return None
    is_plain = address.isascii() and address.isprintable() and " " not in address
    return parts if is_site and is_plain and not (parts.query or parts.fragment or "@" in parts.netloc) else None
