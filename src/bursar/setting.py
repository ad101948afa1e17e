"""Settings, read from the texts of an environment: one that cannot be understood is refused, never guessed at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from bursar.core.messages.document import excerpt
from bursar.core.messages.problem import Invalid, Phrase, phrase

YES: Final = ("true", "on", "ok", "y", "yes", "1")
NO: Final = ("false", "off", "n", "no", "0")
_HOST: Final = re.compile(r"\*|\.?[0-9a-z_-]+(\.[0-9a-z_-]+)*\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)


class BadSetting(Invalid):
    """{name} is {found}: expected {expected}."""

    code = "bad_setting"


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of a process; a variable that is empty counts as one that is not set."""

    environment: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        """Return a text as it is."""
        return self.environment.get(name) or default

    def filled(self, name: str, default: str) -> str:
        """Return a text that may be left out and never be empty. Errors: BadSetting."""
        if self.environment.get(name) == "":
            raise BadSetting(name=name, found=phrase("empty"), expected=phrase("a value, or no such variable"))
        return self.text(name, default)

    def switch(self, name: str) -> bool:
        """Return True for a word that means yes, and False for one that means no or for none. Errors: BadSetting."""
        word = self.text(name, "false").strip().lower()
        if word not in YES + NO:
            raise self._bad(name, phrase("true or false"))
        return word in YES

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number within bounds. Errors: BadSetting."""
        word = self.text(name, str(default)).strip()
        if not re.fullmatch(r"[0-9]{1,18}", word) or not least <= int(word) <= most:
            raise self._bad(name, phrase("a whole number from {least} to {most}", least=least, most=most))
        return int(word)

    def words(self, name: str) -> list[str]:
        """Return the words of a list with commas between."""
        return [word for part in self.text(name).split(",") if (word := part.strip())]

    def hosts(self, name: str) -> list[str]:
        """Return names of hosts. Errors: BadSetting."""
        found = self.words(name)
        if not all(_HOST.fullmatch(one) for one in found):
            expected = phrase(
                "names such as billing.example.com with commas between, without https:// and without a port"
            )
            raise self._bad(name, expected)
        return found

    def address(self, name: str, default: str = "") -> str:
        """Return the address of a site, without a slash at its end. Errors: BadSetting."""
        given = self.text(name, default).strip().rstrip("/")
        if given and not _site(given):
            raise self._bad(name, phrase("an address such as https://billing.example.com, which begins with https://"))
        return given

    def origins(self, name: str) -> list[str]:
        """Return origins, which are addresses without a path. Errors: BadSetting."""
        found = [word.rstrip("/") for word in self.words(name)]
        if not all((site := _site(one)) and not site.path for one in found):
            expected = phrase("addresses such as https://billing.example.com with commas between, each with https://")
            raise self._bad(name, expected)
        return found

    def _bad(self, name: str, expected: Phrase) -> BadSetting:
        return BadSetting(name=name, found=excerpt(self.environment[name]), expected=expected)


def _site(address: str) -> SplitResult | None:
    """Return the parts of an address at which a browser finds a site; None if there is none."""
    try:
        parts = urlsplit(address)
        whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or not parts.netloc.endswith(":"))
    except ValueError:
        return None
    plain = address.isascii() and address.isprintable() and " " not in address
    return parts if whole and plain and not (parts.query or parts.fragment or "@" in parts.netloc) else None
