"""Signing in by the vendor's identity provider: whom it may sign in as whom, by what, and what it leaves alone."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from api_client import ApiClient, email, signed_in
from bursar.identity.models import Person
from pages import said
from provider import IdentityProvider, provider

pytestmark = pytest.mark.django_db(transaction=True)
OWNER = {"sub": "7", "email": "owner@acme.example", "email_verified": True, "name": "Somebody"}
PASSWORD = "seven green lamps"


@pytest.fixture
def path(vendor: None) -> str:
    """A real account."""
    cache.clear()
    return ApiClient().account("online_assisted", sandbox=False, today=None)


@pytest.fixture
def vendors(path: str, settings: Any) -> Iterator[IdentityProvider]:
    """The vendor's provider, which says of everybody that they are the owner."""
    with provider(dict(OWNER)) as running:
        settings.SOCIALACCOUNT_PROVIDERS = running.settings()
        yield running


def come(client: Client, vendors: IdentityProvider, **asked: str) -> Any:
    """Go to the provider and come back."""
    away = client.get("/sign-in/with/sso", asked)
    assert away.status_code == 302, away.content
    return client.get(vendors.visit(away["Location"]))


def who(client: Client, path: str) -> str:
    """Who is signed in, as their page of the account says."""
    found = re.search(r'<a href="/me">([^<]+)</a>', client.get(f"{path}/capabilities").content.decode())
    return found[1] if found else ""


@pytest.mark.parametrize("process", ["connect", "redirect", "anything"])
def test_nothing_but_signing_in_begins_at_the_provider(path: str, vendors: IdentityProvider, process: str) -> None:
    vendors.claims |= {"sub": "attacker", "email": "attacker@elsewhere.example"}
    client = signed_in(email("owner"))
    asked = urlencode({"process": process})
    answers = [client.get(f"/sign-in/with/sso?{asked}"), client.post(f"/sign-in/with/sso?{asked}")]
    answers.append(client.post("/sign-in/with/sso", {"process": process}))
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "only signs you in" in said(answers[0], 403)
    assert who(Client(), path) == "" and not SocialAccount.objects.exists()


def test_what_was_begun_as_connecting_before_ends_in_nothing(path: str, vendors: IdentityProvider) -> None:
    vendors.claims |= {"sub": "attacker", "email": "attacker@elsewhere.example"}
    client = signed_in(email("owner"))
    away = client.get("/sign-in/with/sso")["Location"]
    session = client.session
    [(begun, *_)] = session["socialaccount_states"].values()
    begun["process"] = "connect"
    session.save()
    assert client.get(vendors.visit(away)).status_code == 401
    assert not SocialAccount.objects.exists()
    thief = Client()
    come(thief, vendors)
    assert who(thief, path) == ""


def test_a_tie_that_was_not_made_by_signing_in_is_ignored(path: str, vendors: IdentityProvider) -> None:
    SocialAccount.objects.create(user=Person.objects.get(email=email("owner")), provider="sso", uid="attacker")
    vendors.claims |= {"sub": "attacker", "email": "attacker@elsewhere.example"}
    client = Client()
    come(client, vendors)
    assert who(client, path) == ""


def test_a_tie_made_by_signing_in_holds_until_the_person_ends_it(
    path: str, vendors: IdentityProvider, settings: Any
) -> None:
    come(Client(), vendors)
    vendors.claims["email"] = "married@acme.example"
    client = Client()
    come(client, vendors)
    assert who(client, path) == "Owner", "their address at the provider is another one now"
    client.post("/language", {"language": "fr"})
    assert "Ces identités" in said(client.get("/me/security"))
    client.post("/language", {"language": "en"})
    page = said(client.get("/me/security"))
    assert "owner@acme.example" in page and urlsplit(vendors.address).netloc in page
    with provider({**OWNER, "email": "married@acme.example"}) as other:
        settings.SOCIALACCOUNT_PROVIDERS = other.settings()
        stranger = Client()
        come(stranger, other)
        assert who(stranger, path) == "", "the same number at another provider is somebody else"
    settings.SOCIALACCOUNT_PROVIDERS = vendors.settings()
    [where] = re.findall(r'action="(/me/security/identities/[^"]+/end)"', page)
    assert signed_in(email("admin")).post(where).status_code == 404
    assert client.get(where).status_code == 405
    assert client.post(where)["Location"] == "/me/security"
    assert "owner@acme.example" not in said(client.get("/me/security"))
    again = Client()
    come(again, vendors)
    assert who(again, path) == ""


def test_whom_bursar_does_not_know_is_not_made(path: str, vendors: IdentityProvider) -> None:
    vendors.claims["email"] = "nobody@acme.example"
    client, people = Client(), Person.objects.count()
    assert 'href="/sign-in/with/sso' in said(client.get("/sign-in"))
    come(client, vendors)
    assert who(client, path) == "" and Person.objects.count() == people


def test_a_provider_out_of_reach_is_said_so(path: str, vendors: IdentityProvider, settings: Any) -> None:
    client = Client()
    back = vendors.visit(client.get("/sign-in/with/sso")["Location"])
    vendors.address = "http://127.0.0.1:9"
    settings.SOCIALACCOUNT_PROVIDERS = vendors.settings()
    assert client.get(back).status_code == 401
    assert client.get("/sign-in/with/sso").status_code == 401


def test_another_address_ends_the_ties_of_the_one_before(path: str, vendors: IdentityProvider) -> None:
    from bursar.identity.profile import confirm_address, request_address

    come(Client(), vendors)
    owner, now = Person.objects.get(email=email("owner")), datetime.now(UTC)
    secret = request_address(owner.pk, "new@acme.example", now=now)
    assert secret is not None
    confirm_address(owner.pk, secret, now=now)
    client = Client()
    come(client, vendors)
    assert who(client, path) == ""


@pytest.mark.parametrize(
    ("verified", "known"),
    [(True, True), ("true", True)]
    + [(one, False) for one in (False, "false", "False", "True", "yes", 1, 0, "", None, [], ["true"], {"a": 1})],
)
def test_an_address_counts_only_if_the_provider_says_true(
    path: str, vendors: IdentityProvider, verified: object, known: bool
) -> None:
    vendors.claims["email_verified"] = verified
    client, people = Client(), Person.objects.count()
    come(client, vendors)
    assert who(client, path) == ("Owner" if known else "")
    assert Person.objects.count() == people


def test_signing_in_keeps_the_password_and_the_other_sessions(path: str, vendors: IdentityProvider) -> None:
    owner = Person.objects.get(email=email("owner"))
    owner.set_password(PASSWORD)
    owner.save()
    there = Client()
    there.post("/sign-in", {"login": owner.email, "password": PASSWORD})
    come(Client(), vendors)
    assert who(there, path) == "Owner"
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_the_provider_is_told_the_address_where_people_reach_bursar(
    path: str, vendors: IdentityProvider, settings: Any
) -> None:
    settings.BURSAR_URL = "https://billing.vendor.example"
    client = Client()
    come(client, vendors)
    assert vendors.asked[-1]["redirect_uri"] == ["https://billing.vendor.example/sign-in/with/sso/back"]
    assert who(client, path) == "Owner"


def test_the_address_bar_changes_nothing_of_what_is_asked(path: str, vendors: IdentityProvider) -> None:
    smuggled = urlencode({"redirect_uri": "https://evil.example/", "client_id": "x", "state": "mine", "nonce": "mine"})
    away = Client().get(
        "/sign-in/with/sso", {"auth_params": smuggled, "scope": "admin", "next": "https://evil.example"}
    )
    asked = parse_qs(urlsplit(away["Location"]).query)
    assert asked["redirect_uri"] == ["http://localhost:8000/sign-in/with/sso/back"]
    assert asked["client_id"] == ["bursar"] and asked["state"] != ["mine"] and asked["nonce"] != ["mine"]
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}


@pytest.mark.parametrize(
    ("told", "userinfo"),
    [
        ({}, {"sub": "8"}),
        ({}, {"sub": None}),
        ({"sub": None}, {}),
        ({"nonce": "of somebody else"}, {}),
        ({"nonce": None}, {}),
        ({"aud": "another client"}, {}),
        ({"aud": None}, {}),
        ({"iss": "https://elsewhere.example"}, {}),
        ({"iss": None}, {}),
        ({"exp": int(time()) - 3600}, {}),
        ({"exp": None}, {}),
        ({"id_token": None}, {}),
    ],
)
def test_an_answer_that_does_not_hold_together_signs_nobody_in(
    path: str, vendors: IdentityProvider, told: dict[str, Any], userinfo: dict[str, Any]
) -> None:
    vendors.told, vendors.userinfo = told, userinfo
    client = Client()
    assert come(client, vendors).status_code == 401
    assert who(client, path) == ""


def test_an_answer_is_good_once_and_in_the_browser_that_asked(path: str, vendors: IdentityProvider) -> None:
    client = Client()
    back = vendors.visit(client.get("/sign-in/with/sso")["Location"])
    assert Client().get(back).status_code == 401
    assert client.get(back.replace("state=", "state=x")).status_code == 401
    client.get(back)
    assert who(client, path) == "Owner"
    client.post("/sign-out")
    assert client.get(back).status_code == 401 and who(client, path) == ""
