"""The counters of passkeys, which show a copied passkey."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction


def advance_counter(passkey_id: Any, counter: int) -> Authenticator | None:
    """Note the counter of a passkey; return the passkey if its counter goes back, as that of a copy does.

    Passkeys that do not count say 0 each time. Source: Web Authentication, Level 2, 7.2, step 21.
    """
    with transaction.atomic():
        # Locked, because a passkey and its copy may sign in at the same moment with the same counter.
        passkey = Authenticator.objects.select_for_update().select_related("user").get(pk=passkey_id)
        # Until the first sign-in the counter stands in what the passkey said at its registration.
        before = passkey.data.get("counter", passkey.wrap().authenticator_data.counter)
        if not (counter > before or counter == before == 0):
            return passkey
        passkey.data["counter"] = counter
        passkey.save(update_fields=["data"])
    return None
