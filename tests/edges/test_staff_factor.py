"""A vendor asks its staff for a second factor: without it nobody acts for the vendor, and everybody is led to one."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
)
from django.core.cache import cache
from django.test import Client

from api_client import ApiClient, email, signed_in
from authenticator_app import code
from bursar.identity.models import Person
from bursar.identity.staff import appoint
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
DESK = "tess@vendor.example"


@pytest.fixture
def path(vendor: None, settings: Any) -> str:
    """An account, at a vendor who asks for a second factor."""
    cache.clear()
    settings.STAFF_SECOND_FACTOR = True
    return ApiClient().account("managed")


def appointed(address: str = DESK, *, sandbox: bool = False) -> Person:
    made = appoint(current(), name="Tess", email=address, role="admin", sandbox=sandbox, by=None, now=datetime.now(UTC))
    return Person.objects.get(pk=made)


def with_app() -> str:
    """The secret of the app of one of the staff, who has codes for when it is lost too."""
    secret, person = str(generate_totp_secret()), appointed()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    return secret


def test_staff_without_a_second_factor_acts_for_nobody_and_is_led_to_set_one_up(path: str) -> None:
    appointed()
    tess = signed_in(DESK)
    for page in ("/desk", "/desk/open", "/desk/staff", "/desk/keys", f"{path}/subscription", f"{path}/desk/emails"):
        asked = said(tess.get(page), 403)
        assert "set up an authenticator app or a passkey" in asked and 'href="/me/security/app"' in asked, page
        assert "Acme" not in asked
    form = {"name": "Other", "account_type": "managed", "tax_rate": "0"}
    assert "A second factor first" in said(tess.post(f"{path}/desk", form), 403)
    assert "D’abord un second facteur" in said(signed_in(DESK, "fr").get("/desk"), 403)
    assert tess.get("/")["Location"] == "/unsent" and tess.post("/unsent").status_code == 302
    assert tess.get("/")["Location"] == "/desk" and tess.get("/me/emails").status_code == 200


def test_setting_up_an_app_opens_the_desk_at_once(path: str) -> None:
    appointed()
    tess = signed_in(DESK)
    assert tess.get("/me/security/app").status_code == 200
    assert tess.post("/me/security/app", {"code": code(tess.session["mfa.totp.secret"])}).status_code == 302
    assert said(tess.get("/desk")) and said(tess.get(f"{path}/subscription"))
    Authenticator.objects.filter(type="totp").delete()
    assert "set up an authenticator app" in said(tess.get("/desk"), 403), "codes alone are no second factor"


def test_a_session_that_began_without_the_second_factor_confirms_it_once(path: str) -> None:
    appointed()
    tess = signed_in(DESK)
    secret = generate_totp_secret()
    TOTP.activate(Person.objects.get(email=DESK), secret)
    asked = said(tess.get(f"{path}/subscription"), 403)
    [where] = re.findall(r'href="(/me/confirm/code\?next=[^"]+)"', asked)
    assert "you signed in without yours" in asked and "/me/confirm/passkey" not in asked
    assert tess.post(where, {"code": "000000"}).status_code == 200 and tess.get("/desk").status_code == 403
    confirmed = tess.post(where, {"code": code(secret)})
    assert confirmed["Location"] == f"{path}/subscription"
    assert said(tess.get(confirmed["Location"])) and said(tess.get("/desk"))


def test_whom_the_product_sends_over_does_not_come_to_the_desk_by_that(path: str) -> None:
    with_app()
    api = ApiClient()
    path = api.account("managed", sandbox=False, today=None)
    api.ok("POST", f"{path}/members", {"name": "Tess", "email": DESK, "role": "admin"})
    other = api.account("managed", name="Other")
    where = api.ok("POST", f"{path}/sessions", {"actor": DESK})["address"].removeprefix("http://localhost:8000")
    tess = Client()
    assert tess.get(where).status_code == 302
    assert tess.get(f"{path}/subscription").status_code == 200, "as a member she is who she is"
    for page in ("/desk", f"{other}/subscription"):
        assert "you signed in without yours" in said(tess.get(page), 403)


def test_who_comes_in_by_the_second_factor_is_at_the_desk(path: str) -> None:
    secret = with_app()
    tess = Client()
    person = Person.objects.get(email=DESK)
    person.set_password("seven green lamps")
    person.save()
    asked = tess.post("/sign-in", {"login": DESK, "password": "seven green lamps"})
    assert asked["Location"] == "/sign-in/second-factor"
    assert tess.post("/sign-in/second-factor", {"code": code(secret)}).status_code == 302
    assert said(tess.get("/desk")) and said(tess.get(f"{path}/subscription"))


def test_staff_of_sandboxes_and_members_are_not_asked_and_nobody_is_without_the_setting(
    path: str, settings: Any
) -> None:
    appointed("trainee@vendor.example", sandbox=True)
    trainee = signed_in("trainee@vendor.example")
    assert trainee.get("/desk").status_code == trainee.get(f"{path}/subscription").status_code == 200
    assert signed_in(email("owner")).get(f"{path}/subscription").status_code == 200
    appointed()
    settings.STAFF_SECOND_FACTOR = False
    tess = signed_in(DESK)
    assert tess.get("/desk").status_code == tess.get(f"{path}/subscription").status_code == 200
