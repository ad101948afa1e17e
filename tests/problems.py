"""Everything that a person can be told to have got wrong."""

import importlib
import pkgutil
from collections.abc import Iterator

import bursar
from bursar.core.messages.problem import NotFound, Problem


def problems() -> list[type[Problem]]:
    """Every concrete problem of every module."""
    for module in pkgutil.walk_packages(bursar.__path__, "bursar."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    kinds = descendants(Problem)
    return [kind for kind in kinds if kind is NotFound or kind.__module__ != Problem.__module__]


def descendants(kind: type[Problem]) -> Iterator[type[Problem]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)
