"""How a session came about, and what was proved in it.

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
OWN: Final = frozenset({LINK, "password", "socialaccount", FACTOR})
"""What people prove by themselves. Nobody proves anything by what others say of them."""
FACTORS: Final = {"totp": "mfa_reauthenticate", "webauthn": "mfa_reauthenticate_webauthn"}
"""The second factors that count, and where each is confirmed; codes for when one is lost are none by themselves."""
FRESH: Final = timedelta(minutes=15)
"""How long a proof opens what changes somebody's sign-in."""


def record(request: HttpRequest, person: Person, way: str) -> None:
    """Remember in the session by which way somebody came."""
    record_authentication(request, person, way)


def factors(person: Person) -> frozenset[str]:
    """The kinds of second factor that somebody has set up."""
    kinds = Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).values_list("type", flat=True)
    return frozenset(kinds)


def factor_proved(request: HttpRequest) -> bool:
    """Return whether a second factor was proved in this session, however long ago."""
    return FACTOR in _proved(request, None)


def proved(request: HttpRequest, person: Person, *, within: timedelta | None = FRESH) -> bool:
    """Return whether they proved in this session who they are: by their second factor if they have one."""
    accepted = {FACTOR} if factors(person) else OWN
    return any(way in accepted for way in _proved(request, within))


def lent(request: HttpRequest) -> bool:
    """Return whether nothing but a sandbox says who is signed in; a session of which nothing is known counts so too."""
    return all(way == SANDBOX for way in _proved(request, None))


def _proved(request: HttpRequest, within: timedelta | None) -> Iterator[str]:
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    oldest = 0.0 if within is None else time() - within.total_seconds()
    return (str(record["method"]) for record in records if record["at"] > oldest)
