"""What is decided by now."""

from functools import lru_cache
from typing import Final

from bursar.columns.statement import select_one
from bursar.core.policy import Policy
from bursar.core.problem import Conflict
from bursar.policy.document import read
from bursar.policy.models import Version

_CURRENT: Final = "SELECT number, digest FROM policy_version ORDER BY number DESC LIMIT 1"


class NoPolicy(Conflict):
    """No policy is published yet; publish one with "bursar policy apply FILE"."""

    code = "no_policy"


def current() -> Policy:
    """The version published last. Errors: NoPolicy."""
    found = select_one(_CURRENT)
    if found is None:
        raise NoPolicy()
    return _read(*found)


def version(number: int) -> Policy:
    """One version, which never changes."""
    return _read(*Version.objects.values_list("number", "digest").get(pk=number))


@lru_cache(maxsize=64)
def _read(number: int, digest: str) -> Policy:
    """Kept by its digest too, because another database may have another document under the same number."""
    return read(Version.objects.get(pk=number, digest=digest).document, number)
