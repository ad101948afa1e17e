"""What forms of the desk have in common: reading fields, and saying what is wrong with one."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bursar.core.policy import Policy
from bursar.words.decision import account_type_name

MOST_NAME: Final = 200


def filled(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    """What was sent in each field, without blanks around it."""
    return {name: request.POST.get(name, "").replace("\0", "").strip() for name in names}


def account_types(policy: Policy) -> list[tuple[str, str]]:
    """The types to choose from, by code and name."""
    return [(code, account_type_name(policy, code)) for code in policy.account_types]


def wrong_name(given: str, missing: str) -> str:
    """What is wrong with a name; nothing if it will do."""
    if not given:
        return missing
    return _("At most {count} characters.").format(count=MOST_NAME) if len(given) > MOST_NAME else ""


def wrong_email(given: str) -> str:
    """What is wrong with an address; nothing if it will do."""
    try:
        validate_email(given)
    except ValidationError:
        return _("Give an email address such as ada@example.com.")
    return ""


def uuid(given: str) -> UUID | None:
    """An id as it was sent; nothing if it is none."""
    try:
        return UUID(given)
    except ValueError:
        return None
