"""Read the current policy and earlier versions."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from bursar.columns import version as versions
from bursar.columns.statement import select, select_one
from bursar.core.messages.problem import Conflict
from bursar.core.messages.text import Text
from bursar.core.policy.policy import Policy
from bursar.policy.document import read
from bursar.policy.models import Version

PUBLISHED: Final = "(SELECT published_at FROM policy_version)"
"""The moments at which versions were published, for the statements of other rooms."""
CURRENT: Final = "SELECT number, digest, published_at FROM policy_version ORDER BY number DESC LIMIT 1"
_FORMER_TYPES: Final = """
SELECT DISTINCT ON (named->>'code') named->>'code', named->'name'->>'en', named->'name'->>'fr'
FROM policy_version, jsonb_array_elements(document->'account_types') AS named
WHERE number < %(number)s ORDER BY named->>'code', number DESC
"""


class NoPolicy(Conflict):
    """No policy is published yet; publish one with "bursar policy apply FILE"."""

    code = "no_policy"


def current() -> Policy:
    """Return the current policy, with the names of account types that earlier versions had. Errors: NoPolicy."""
    return read_current(*(select_one(CURRENT) or (None, None, None)))


def read_current(number: int | None, digest: str | None, published_at: datetime | None) -> Policy:
    """Return the policy that a row of `CURRENT` states; without a row all are None. Errors: NoPolicy."""
    if number is None or digest is None or published_at is None:
        raise NoPolicy()
    return _current(number, digest, published_at)


def hold_current() -> Policy:
    """Return the current policy, and keep others from publishing until the transaction ends. Errors: NoPolicy."""
    # First the lock: a policy read before it could be the one that is being replaced.
    versions.hold(Version)
    return current()


def version(number: int) -> Policy:
    """Return a version, which never changes."""
    return _read(*Version.objects.values_list("number", "digest").get(pk=number))


@lru_cache(maxsize=64)
def _current(number: int, digest: str, published_at: datetime) -> Policy:
    """Return a version with former types. The moment is a key of the cache: another database has other versions."""
    policy = _read(number, digest)
    # Invoices and histories still name types that no account has any more.
    former = {code: Text(en, fr or "") for code, en, fr in select(_FORMER_TYPES, number=number)}
    return replace(policy, former={code: name for code, name in former.items() if code not in policy.account_types})


@lru_cache(maxsize=64)
def _read(number: int, digest: str) -> Policy:
    """Return a version. The digest is a key of the cache: another database has other documents."""
    return read(Version.objects.get(pk=number, digest=digest).document, number)
