"""What forms of the desk have in common: reading fields, and what there is to choose."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest

from bursar.core.policy import Policy
from bursar.words.decision import account_type_name


def filled(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    """What was sent in each field, without blanks around it."""
    return {name: request.POST.get(name, "").replace("\0", "").strip() for name in names}


def account_types(policy: Policy) -> list[tuple[str, str]]:
    """The types to choose from, by code and name."""
    return [(code, account_type_name(policy, code)) for code in policy.account_types]


def uuid(given: str) -> UUID | None:
    """An id as it was sent; nothing if it is none."""
    try:
        return UUID(given)
    except ValueError:
        return None
