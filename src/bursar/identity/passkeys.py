"""The counters of passkeys, which show a copied passkey."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction


def advance_counter(passkey_id: Any, counter: int) -> Authenticator | None:
    """Note the counter of a passkey; return the passkey if its counter goes back, as that of a copy does.

    Passkeys that do not count say 0 each time. Source: Web Authentication, Level 2, 7.2, step 21.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().select_related("user").get(pk=passkey_id)
        before = row.data.get("counter", row.wrap().authenticator_data.counter)
        if not (counter > before or counter == before == 0):
            return row
        row.data["counter"] = counter
        row.save(update_fields=["data"])
    return None
