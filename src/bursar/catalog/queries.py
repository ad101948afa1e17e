"""What is sold now, and what was sold before."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from bursar.catalog.document import read
from bursar.catalog.models import Version
from bursar.columns.statement import select, select_one
from bursar.core.catalog import Catalog
from bursar.core.problem import Conflict

_CURRENT: Final = "SELECT number, digest FROM catalog_version ORDER BY number DESC LIMIT 1"
_THESE: Final = "SELECT number, digest FROM catalog_version WHERE number = ANY(%(numbers)s)"


class NoCatalog(Conflict):
    """No catalog is published yet; publish one with "bursar catalog apply FILE"."""

    code = "no_catalog"


def current() -> Catalog:
    """The version published last. Errors: NoCatalog."""
    found = select_one(_CURRENT)
    if found is None:
        raise NoCatalog()
    return _read(*found)


def version(number: int) -> Catalog:
    """One version, which never changes."""
    return _read(*Version.objects.values_list("number", "digest").get(pk=number))


def versions(numbers: Collection[int]) -> Mapping[int, Catalog]:
    """Several versions by their numbers."""
    return {number: _read(number, digest) for number, digest in select(_THESE, numbers=list(numbers))}


@lru_cache(maxsize=64)
def _read(number: int, digest: str) -> Catalog:
    """Kept by its digest too, because another database may have another document under the same number."""
    return read(Version.objects.get(pk=number, digest=digest).document, number)
