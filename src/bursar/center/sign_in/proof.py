"""Proofs of a session: how its person signed in, and what they proved.

The library keeps a record in the session of each password, second factor and identity provider. Bursar adds `link` for
whoever opened an email, `product` for whom the vendor's product vouches, and `sandbox` for an identity that was lent.
"""

from collections.abc import Iterator
from datetime import timedelta
from time import time
from typing import Any, Final

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from bursar.identity.models import Person

LINK: Final = "link"
PRODUCT: Final = "product"
SANDBOX: Final = "sandbox"
FACTOR: Final = "mfa"
OWN_PROOFS: Final = frozenset({LINK, "password", "socialaccount", FACTOR})
"""Proofs that people give themselves; a word of the product or of a sandbox is none."""
CONFIRMATION_PAGES: Final = {"totp": "mfa_reauthenticate", "webauthn": "mfa_reauthenticate_webauthn"}
"""The second factors that count, with the page that confirms each; recovery codes alone do not count."""
FRESH: Final = timedelta(minutes=15)
"""The time for which a proof opens the pages that change a person's sign-in."""


def record(request: HttpRequest, person: Person, method: str) -> None:
    """Record in the session how a person signed in."""
    record_authentication(request, person, method)


def second_factors(person: Person) -> frozenset[str]:
    """Return the kinds of second factor that a person has set up."""
    kinds = Authenticator.objects.filter(user_id=person.pk, type__in=CONFIRMATION_PAGES).values_list("type", flat=True)
    return frozenset(kinds)


def has_proved_second_factor(request: HttpRequest) -> bool:
    """Return true if a second factor was proved in this session, however long ago."""
    return FACTOR in _methods_proved(request, None)


def is_proved(request: HttpRequest, person: Person, *, within: timedelta | None = FRESH) -> bool:
    """Return true if this session proved the person's identity, by their second factor if they have one."""
    # Somebody with a second factor has said that a password alone is not enough.
    accepted_methods = {FACTOR} if second_factors(person) else OWN_PROOFS
    return any(method in accepted_methods for method in _methods_proved(request, within))


def is_lent(request: HttpRequest) -> bool:
    """Return true if only a sandbox vouches for the session, or nothing does."""
    return all(method == SANDBOX for method in _methods_proved(request, None))


def _methods_proved(request: HttpRequest, within: timedelta | None) -> Iterator[str]:
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    earliest = 0.0 if within is None else time() - within.total_seconds()
    return (str(record["method"]) for record in records if record["at"] > earliest)
