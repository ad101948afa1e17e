"""A problem in the person's language."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext

from bursar.core.money import Money
from bursar.core.period import Span
from bursar.core.problem import Problem
from bursar.words import money

_SHOWN: Final[Mapping[type, Callable[[Any], str]]] = {Money: money.amount, Span: money.span, date: money.day}


def said(problem: Problem) -> str:
    """What is wrong, in one sentence."""
    params = {name: _SHOWN.get(type(value), str)(value) for name, value in problem.params.items()}
    return gettext(problem.template()).format(**params)
