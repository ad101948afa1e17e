"""Problems: the mistakes that a person can make, each with a code, a message and its parameters."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words inside a message, with parameters of their own; translating the template translates them."""

    template: str
    params: Mapping[str, Any]

    def __str__(self) -> str:
        return self.template.format(**self.params)


def phrase(template: str, **params: Any) -> Phrase:
    """Return words for a place in a message. The collection of texts for translation looks for calls of this function."""
    return Phrase(template, params)


class Problem(Exception):
    """A mistake that the person or program who asked can correct.

    The docstring of each concrete problem is its message, a format template over its
    parameters; translating the template translates the message.
    """

    code: ClassVar[str]

    def __init__(self, **params: Any) -> None:
        # The message is made when it is shown, in the language of its reader.
        super().__init__()
        self.params = params

    @classmethod
    def template(cls) -> str:
        """Return the English message on one line, before its parameters are filled in."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split())

    def __str__(self) -> str:
        return self.template().format(**self.params)


class Invalid(Problem):
    """A problem of what was asked: it cannot be understood, or can never be done."""

    code = "invalid"


class Conflict(Problem):
    """A problem of what was asked: it collides with the present state, and may be possible later."""

    code = "conflict"


class NotFound(Problem):
    """There is no such {what}; check what was asked for."""

    code = "not_found"
