"""Read the current catalog and earlier versions."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache, reduce
from typing import Final

from bursar.catalog.document import read
from bursar.catalog.models import Version
from bursar.columns.statement import select, select_one
from bursar.core.messages.problem import Conflict
from bursar.core.money.currency import DIGITS
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.retirement import with_retired

PUBLISHED: Final = "(SELECT published_at FROM catalog_version)"
"""The moments at which versions were published, for the statements of other rooms."""
_CURRENT: Final = "SELECT number, digest, published_at FROM catalog_version ORDER BY number DESC LIMIT 1"
_CURRENT_AND_EARLIER: Final = """
SELECT number, digest, published_at FROM catalog_version
WHERE number = ANY(%(numbers)s) OR number = (SELECT max(number) FROM catalog_version) ORDER BY number DESC
"""
_LAST_SELLING: Final = """
WITH earlier AS (SELECT number, document FROM catalog_version WHERE number < %(number)s), sold AS (
    SELECT max(number) AS number FROM earlier, jsonb_array_elements(document->'products') AS product,
        jsonb_array_elements(product->'plans') AS plan, jsonb_array_elements(plan->'prices') AS price
    GROUP BY product->>'code', plan->>'code', price->>'currency', price->>'cycle'
    UNION
    SELECT max(number) FROM earlier, jsonb_array_elements(coalesce(document->'cycles', '[]')) AS cycle
    GROUP BY cycle->>'code'
)
SELECT v.number, v.digest FROM catalog_version v JOIN sold USING (number) ORDER BY v.number
"""
"""Earlier versions that were the last with some price or some cycle. Only they can describe a retired item.

All other versions sold nothing that a later one does not sell too, and need not be read: there may be hundreds.
"""
_BY_NUMBER: Final = "SELECT number, digest FROM catalog_version WHERE number = ANY(%(numbers)s)"


class NoCatalog(Conflict):
    """No catalog is published yet; publish one with "bursar catalog apply FILE"."""

    code = "no_catalog"


def current() -> Catalog:
    """Return the current catalog, with all that earlier versions sold as retired. Errors: NoCatalog."""
    row = select_one(_CURRENT)
    if row is None:
        raise NoCatalog()
    return _current(*row)


def current_and_earlier(numbers: Collection[int]) -> tuple[Catalog, Mapping[int, Catalog]]:
    """Return the current catalog, and earlier versions by their numbers. Errors: NoCatalog."""
    rows = select(_CURRENT_AND_EARLIER, numbers=list(numbers))
    if not rows:
        raise NoCatalog()
    latest, *earlier = rows
    return _current(*latest), {number: _read(number, digest) for number, digest, _ in earlier}


def currencies() -> tuple[str, ...]:
    """Return the currencies of the current catalog, or all currencies while none is published."""
    # A vendor may open accounts before the first catalog is published.
    return current().currencies if select_one(_CURRENT) else tuple(DIGITS)


def version(number: int) -> Catalog:
    """Return a version, which never changes."""
    return _read(*Version.objects.values_list("number", "digest").get(pk=number))


def versions(numbers: Collection[int]) -> Mapping[int, Catalog]:
    """Return versions by their numbers."""
    if not numbers:
        return {}
    return {number: _read(number, digest) for number, digest in select(_BY_NUMBER, numbers=list(numbers))}


@lru_cache(maxsize=64)
def _current(number: int, digest: str, published_at: datetime) -> Catalog:
    """Return a version with retired items. The moment is a key of the cache: another database has other versions."""
    earlier = [_read(*row) for row in select(_LAST_SELLING, number=number)]
    # From the oldest on, so that a retired item is described as it was sold last.
    return reduce(lambda before, after: with_retired(after, before), [*earlier, _read(number, digest)])


@lru_cache(maxsize=64)
def _read(number: int, digest: str) -> Catalog:
    """Return a version. The digest is a key of the cache: another database has other documents."""
    return read(Version.objects.get(pk=number, digest=digest).document, number)
