"""What is sold now, and what was sold before."""

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
_LAST: Final = """
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
"""Each earlier version that was the last to sell something at some price, or to have some cycle."""
_THESE: Final = "SELECT number, digest FROM catalog_version WHERE number = ANY(%(numbers)s)"


class NoCatalog(Conflict):
    """No catalog is published yet; publish one with "bursar catalog apply FILE"."""

    code = "no_catalog"


def current() -> Catalog:
    """The version published last, which also knows what earlier ones sold. Errors: NoCatalog."""
    found = select_one(_CURRENT)
    if found is None:
        raise NoCatalog()
    return _current(*found)


def current_and_earlier(numbers: Collection[int]) -> tuple[Catalog, Mapping[int, Catalog]]:
    """Return the version published last, and those of these numbers that came before it. Errors: NoCatalog."""
    found = select(_CURRENT_AND_EARLIER, numbers=list(numbers))
    if not found:
        raise NoCatalog()
    latest, *earlier = found
    return _current(*latest), {number: _read(number, digest) for number, digest, _ in earlier}


def currencies() -> tuple[str, ...]:
    """Return the currencies in which anything is sold; any that there is while no catalog is published yet."""
    return current().currencies if select_one(_CURRENT) else tuple(DIGITS)


def version(number: int) -> Catalog:
    """One version, which never changes."""
    return _read(*Version.objects.values_list("number", "digest").get(pk=number))


def versions(numbers: Collection[int]) -> Mapping[int, Catalog]:
    """Several versions by their numbers."""
    if not numbers:
        return {}
    return {number: _read(number, digest) for number, digest in select(_THESE, numbers=list(numbers))}


@lru_cache(maxsize=64)
def _current(number: int, digest: str, published_at: datetime) -> Catalog:
    """Kept by its moment as well, because another database may have other versions before it."""
    earlier = [_read(*one) for one in select(_LAST, number=number)]
    return reduce(lambda before, one: with_retired(one, before), [*earlier, _read(number, digest)])


@lru_cache(maxsize=64)
def _read(number: int, digest: str) -> Catalog:
    """Kept by its digest too, because another database may have another document under the same number."""
    return read(Version.objects.get(pk=number, digest=digest).document, number)
