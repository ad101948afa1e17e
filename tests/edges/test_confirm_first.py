"""What changes how somebody signs in opens to a fresh proof of who they are: by their second factor, if they have one."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
)
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from api_client import ApiClient, email, later, signed_in
from authenticator_app import code
from bursar.accounts.keys import create_link
from bursar.identity.models import Person
from bursar.identity.staff import appoint
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "seven green lamps"
PASSWORDS = {"password1": PASSWORD, "password2": PASSWORD}
OPEN = {
    *("me", "emails", "moved_emails", "usersessions_list"),
    *("mfa_index", "mfa_list_webauthn"),
    *("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
}
"""Pages of one's own that change nothing of how one signs in; the last three are where it is proved."""


@pytest.fixture
def path(vendor: None, settings: Any) -> str:
    """A real account, at a vendor that sends mail."""
    cache.clear()
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return ApiClient().account("online_assisted", sandbox=False, today=None)


def routes(resolver: URLResolver, prefix: str = "") -> dict[str, URLPattern]:
    """Every page that is served, by its address with something in place of each variable."""
    found: dict[str, URLPattern] = {}
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= routes(pattern, address)
        else:
            numbered = re.sub(r"<uuid:\w+>", str(UUID(int=1)), re.sub(r"<int:\w+>", "1", address))
            found[re.sub(r"<\w+:\w+>", "any", numbered)] = pattern
    return found


def guarded() -> dict[str, str]:
    """The name and the address of each page of one's own that is not among those that are open."""
    own = {str(one.name): f"/{address}" for address, one in routes(get_resolver()).items() if address.startswith("me")}
    assert own.keys() >= OPEN and len(own) >= 20
    return {name: address for name, address in own.items() if name not in OPEN}


def sent_over(role: str = "owner", path: str = "") -> Client:
    """Somebody whom the vendor's product sends over."""
    client, api = Client(), ApiClient()
    address = api.ok("POST", f"{path}/sessions", {"actor": email(role)})["address"]
    assert client.get(address.removeprefix("http://localhost:8000")).status_code == 302
    return client


def by_link(client: Client) -> None:
    """The owner opens a link of theirs in this browser."""
    secret = create_link(email("owner"), expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert client.post(f"/sign-in/{secret}").status_code == 302


def with_app() -> str:
    """The secret of the owner's app."""
    secret, person = str(generate_totp_secret()), Person.objects.get(email=email("owner"))
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    return secret


def sign_in_of_the_owner() -> tuple[object, ...]:
    """All that says how the owner signs in."""
    person = Person.objects.get(pk=Person.objects.get(name="Owner").pk)
    factors = Authenticator.objects.filter(user=person).order_by("pk").values_list("pk", "type", "data")
    return person.password, person.email, list(factors)


def test_no_page_of_the_library_lies_outside_of_what_is_guarded_or_leads_in() -> None:
    theirs = {
        address: one
        for address, one in routes(get_resolver()).items()
        if "allauth" in getattr(one.callback, "__module__", "") or "allauth" in one.lookup_str
    }
    assert len(theirs) > 20
    assert {address for address in theirs if not address.startswith(("me", "sign-in", "^sign-in"))} == set()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_has_a_factor_and_has_not_proved_it_changes_nothing(path: str, method: str) -> None:
    with_app()
    person = Person.objects.get(email=email("owner"))
    client = sent_over(path=path)
    for password in (None, PASSWORD):
        person.set_password(password)
        person.save()
        client = sent_over(path=path)
        # What proves a password does not prove the second factor.
        client.post("/me/confirm", {"password": PASSWORD})
        before = sign_in_of_the_owner()
        for name, address in guarded().items():
            answer = client.generic(method, address, b"", content_type="application/x-www-form-urlencoded")
            assert answer.headers.get("Location", "").startswith("/me/confirm/code?next=%2Fme%2F"), (name, answer)
        assert sign_in_of_the_owner() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_for_whom_only_the_product_vouches_changes_nothing(path: str, method: str) -> None:
    client, before = sent_over(path=path), sign_in_of_the_owner()
    for name, address in guarded().items():
        answer = client.generic(method, address, b"", content_type="application/x-www-form-urlencoded")
        assert "Sign in again first" in said(answer, 403), name
        assert "owner@acme.example" in said(answer, 403)
    assert sign_in_of_the_owner() == before


def test_the_way_around_the_app_by_a_first_password_is_closed(path: str, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    appoint(current(), name="Owner", email=email("owner"), role="admin", sandbox=False, by=None, now=datetime.now(UTC))
    secret = with_app()
    thief = sent_over(path=path)
    assert thief.post("/me/password/first", PASSWORDS)["Location"].startswith("/me/confirm/code")
    assert not Person.objects.get(email=email("owner")).has_usable_password()
    assert thief.post("/me/confirm", {"password": PASSWORD})["Location"].startswith("/me/confirm/code")
    assert thief.post("/me/security/app/remove")["Location"].startswith("/me/confirm/code")
    assert Authenticator.objects.filter(type="totp").exists()
    assert thief.get("/desk").status_code == 403
    # Whoever has the app does all of it.
    assert thief.post("/me/confirm/code?next=/me/password/first", {"code": code(secret)}).status_code == 302
    assert thief.post("/me/password/first", PASSWORDS).status_code == 302
    assert Person.objects.get(email=email("owner")).has_usable_password()
    later(thief)
    assert thief.post("/me/security/app/remove")["Location"].startswith("/me/confirm/code")


def test_a_factor_is_not_added_in_a_session_for_which_only_the_product_vouches(path: str, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    appoint(current(), name="Owner", email=email("owner"), role="admin", sandbox=False, by=None, now=datetime.now(UTC))
    thief = sent_over(path=path)
    for address in ("/me/security/app", "/me/security/keys/add", "/me/password/first", "/me/address"):
        said(thief.get(address), 403)
        said(thief.post(address, {**PASSWORDS, "code": "000000", "email": "thief@elsewhere.example"}), 403)
    assert not Authenticator.objects.exists() and thief.get("/desk").status_code == 403
    # A code for which the product's session itself holds the secret, as the page would have it.
    session, secret = thief.session, str(generate_totp_secret())
    session["mfa.totp.secret"] = secret
    session.save()
    said(thief.post("/me/security/app", {"code": code(secret)}), 403)
    assert not Authenticator.objects.exists()


def test_a_link_in_the_same_browser_opens_them_for_a_while(path: str) -> None:
    client = sent_over(path=path)
    said(client.get("/me/password/first"), 403)
    by_link(client)
    assert said(client.get("/me/password/first")) and said(client.get("/me/security/app"))
    later(client)
    said(client.get("/me/password/first"), 403)
    assert "is on its way" in said(client.post("/sign-in/link", {"email": email("owner")}))


def test_a_password_is_confirmed_once_a_sign_in_is_not_fresh_any_more(path: str) -> None:
    person = Person.objects.get(email=email("owner"))
    person.set_password(PASSWORD)
    person.save()
    client = Client()
    client.post("/sign-in", {"login": person.email, "password": PASSWORD})
    assert said(client.get("/me/security/app"))
    later(client)
    assert client.get("/me/security/app")["Location"] == "/me/confirm?next=%2Fme%2Fsecurity%2Fapp"
    assert client.post("/me/confirm?next=/me/security/app", {"password": "wrong"}).status_code == 200
    assert client.get("/me/security/app").status_code == 302
    confirmed = client.post("/me/confirm?next=/me/security/app", {"password": PASSWORD})
    assert confirmed["Location"] == "/me/security/app" and said(client.get("/me/security/app"))


def test_what_was_sent_is_not_kept_while_somebody_confirms(path: str) -> None:
    with_app()
    client = sent_over(path=path)
    client.post("/me/password/first", PASSWORDS)
    assert PASSWORD not in str(dict(client.session))


def test_a_session_of_which_nothing_is_known_ends_unless_it_is_a_sandboxs(path: str) -> None:
    client = signed_in(email("owner"))
    session = client.session
    del session["account_authentication_methods"]
    session.save()
    said(client.get("/me"), 401)


def test_somebody_elses_link_in_a_browser_makes_a_session_that_is_only_theirs(path: str) -> None:
    client = signed_in(email("admin"))
    by_link(client)
    assert "owner@acme.example" in said(client.get("/me")) and said(client.get("/me/security/app"))
