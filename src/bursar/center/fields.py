"""What is wrong with a field that several forms have: a name, an address."""

from typing import Final

from django.utils.translation import gettext as _

from bursar.columns.address import BadAddress, sendable

MOST_NAME: Final = 200


def wrong_name(given: str, missing: str) -> str:
    """What is wrong with a name; nothing if it will do."""
    if not given:
        return missing
    return _("At most {count} characters.").format(count=MOST_NAME) if len(given) > MOST_NAME else ""


def wrong_email(given: str) -> str:
    """What is wrong with an address; nothing if it will do."""
    try:
        sendable(given)
    except BadAddress:
        return _("Give an email address such as ada@example.com.")
    return ""
