"""A problem in the person's language."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext

from bursar.core.money import Money
from bursar.core.payment import DeclineReason
from bursar.core.period import Span
from bursar.core.problem import Phrase, Problem
from bursar.words import money
from bursar.words.payment import decline_reason


def said(problem: Problem) -> str:
    """What is wrong, in one sentence."""
    return _filled(problem.template(), problem.params)


def _filled(template: str, params: Mapping[str, Any]) -> str:
    return gettext(template).format(**{name: _SHOWN.get(type(value), str)(value) for name, value in params.items()})


_SHOWN: Final[Mapping[type, Callable[[Any], str]]] = {
    int: money.number,
    Money: money.amount,
    Span: money.span,
    date: money.day,
    DeclineReason: decline_reason,
    Phrase: lambda one: _filled(one.template, one.params),
}
