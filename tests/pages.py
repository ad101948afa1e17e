"""Reading pages and filling forms as a person would, without a browser."""

import re
from typing import Any, Final

from django.test import Client

CENTER: Final = (
    *("subscription", "manage", "payment", "invoices", "details", "admins", "seats", "team", "history"),
    *("capabilities", "cancel"),
)
"""The pages of an account, by the last part of their addresses."""
SPACE = re.compile(r"\s+")


def said(answer: Any, status: int = 200) -> str:
    """The page that was answered, its blanks as single ones."""
    assert answer.status_code == status, (answer.status_code, answer.content[-2000:])
    return SPACE.sub(" ", answer.content.decode())


def taken(client: Client, path: str, **form: str) -> str:
    """What the summary says of a filled Manage form, which is then taken."""
    sent = client.post(f"{path}/manage", form)
    assert sent.status_code == 302, said(sent, sent.status_code)
    page = said(client.get(sent["Location"]))
    assert client.post(f"{sent['Location']}/take").status_code == 302
    return page
