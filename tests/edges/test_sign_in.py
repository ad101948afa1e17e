"""Signing in: password, link by email, second factor, sessions; sent over by the vendor's product; too many attempts."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, get_resolver

from api_client import ApiClient, email, later, signed_in
from authenticator_app import code
from bursar.accounts.models import Session
from bursar.identity.models import Person
from bursar.jobs.steps import run_once
from bursar.notices.models import PersonalEmail
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "seven green lamps"


@pytest.fixture
def api(vendor: None, settings: Any) -> ApiClient:
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()
    return ApiClient()


@pytest.fixture
def path(api: ApiClient) -> str:
    """A real account."""
    return api.account("online_assisted", sandbox=False, today=None)


def owner(password: str = PASSWORD) -> Person:
    person = Person.objects.get(email=email("owner"))
    person.set_password(password)
    person.save()
    return person


def by_password(client: Client, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", {"login": email("owner"), "password": password, **more})


def who(client: Client, path: str) -> str:
    """Who is signed in, as their page of the account says."""
    page = client.get(f"{path}/capabilities")
    found = re.search(r'<a href="/me">([^<]+)</a>', page.content.decode())
    return found[1] if found else ""


def sent() -> str:
    """The text of the email that the worker sends now."""
    mail.outbox.clear()
    run_once(datetime.now(UTC))
    [message] = [one for one in mail.outbox if "invited" not in one.subject]
    return str(message.body)


def test_a_password_signs_in_and_leads_on_to_where_one_was_going(path: str) -> None:
    owner()
    client = Client()
    asked = said(client.get(f"{path}/invoices"), 401)
    assert f'name="next" value="{path}/invoices"' in asked and "Sign in with a passkey" in asked
    assert "not correct" in said(by_password(client, "wrong"))
    assert by_password(client, next=f"{path}/invoices")["Location"] == f"{path}/invoices"
    assert who(client, path) == "Owner"
    assert by_password(Client(), next="https://elsewhere.example/")["Location"] == "/"


def test_the_case_of_letters_in_an_address_does_not_matter_wherever_it_was_written(api: ApiClient) -> None:
    made = {"name": "Ada", "email": "Ada.Byron@Acme.Example"}
    path = api.account("online_assisted", sandbox=False, today=None, owner=made)
    person = Person.objects.get(email__iexact=made["email"])
    person.set_password(PASSWORD)
    person.save()
    for written in (made["email"], made["email"].lower(), made["email"].upper()):
        client = Client()
        client.post("/sign-in", {"login": written, "password": PASSWORD})
        assert who(client, path) == "Ada", written
    mail.outbox.clear()
    Client().post("/sign-in/password", {"email": made["email"]})
    run_once(datetime.now(UTC))
    assert "A new password" in [one.subject for one in mail.outbox]


def test_passwords_are_not_tried_for_ever(path: str) -> None:
    owner()
    answers = [by_password(Client(), f"wrong {number}").content.decode() for number in range(7)]
    assert "not correct" in answers[0] and "Too many failed login attempts" in answers[6]
    # The right one does not help now, and another person is not locked out.
    assert "Too many failed login attempts" in said(by_password(Client()))
    other = Client().post("/sign-in", {"login": email("admin"), "password": "wrong"})
    assert "not correct" in said(other)


def test_a_link_by_email_signs_in_once_and_tells_nobody_who_is_known(path: str) -> None:
    client = Client()
    told = [
        re.sub(r'value="\w{64}"', "", said(client.post("/sign-in/link", {"email": address})).replace(address, ""))
        for address in ("OWNER@acme.example", "nobody@acme.example")
    ]
    assert told[0] == told[1]
    where = re.search(r"http://localhost:8000(/sign-in/\S+)", sent())
    assert where
    message = PersonalEmail.objects.get()
    assert (message.state, message.text, message.html) == ("sent", "", "")
    assert client.get(where[1]).status_code == 200 and not who(client, path)
    assert client.post(where[1])["Location"] == "/" and who(client, path) == "Owner"
    assert Person.objects.get(email=email("owner")).email_verified_at is not None
    assert "not valid any more" in said(Client().post(where[1]), 403)
    assert "Give an email address" in said(client.post("/sign-in/link", {"email": "nobody"}), 422)


def test_links_are_not_asked_for_without_end(path: str) -> None:
    asked = [Client().post("/sign-in/link", {"email": email("owner")}).status_code for _ in range(4)]
    assert asked == [200, 200, 200, 429]
    assert Client().post("/sign-in/link", {"email": email("admin")}).status_code == 200
    assert "Too many attempts" in said(Client().post("/sign-in/link", {"email": email("owner")}), 429)


def test_no_email_to_people_of_a_sandbox_goes_out(api: ApiClient) -> None:
    api.account("online_assisted")
    Client().post("/sign-in/link", {"email": email("owner")})
    run_once(datetime.now(UTC))
    message = PersonalEmail.objects.get()
    assert not mail.outbox and (message.state, message.text, message.html) == ("outbox", "", "")


def test_a_forgotten_password_is_replaced_by_an_email_in_the_persons_language(path: str) -> None:
    Person.objects.filter(email=email("owner")).update(locale="fr")
    client = Client()
    assert client.post("/sign-in/password", {"email": email("owner")}).status_code == 302
    message = sent()
    assert "nouveau mot de passe" in message
    where = re.search(r"http://localhost:8000(/sign-in/password/\S+)", message)
    assert where
    form = client.get(where[1])["Location"]
    weak = said(client.post(form, {"password1": "short", "password2": "short"}))
    assert "10" in weak
    assert client.post(form, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    assert by_password(Client())["Location"] == "/"
    assert client.get(where[1]).status_code == 200, "the link was used"


def test_who_has_a_second_factor_is_asked_for_it_also_after_a_link(path: str) -> None:
    person = owner()
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    client = Client()
    assert by_password(client)["Location"] == "/sign-in/second-factor"
    assert not who(client, path), "a password alone is not enough"
    wrong = said(client.post("/sign-in/second-factor", {"code": "000000"}))
    assert "Incorrect code" in wrong
    [code, *_] = RecoveryCodes(Authenticator.objects.get(user=person, type="recovery_codes")).get_unused_codes()
    assert client.post("/sign-in/second-factor", {"code": code})["Location"] == "/"
    assert who(client, path) == "Owner"
    Client().post("/sign-in/link", {"email": email("owner")})
    where = re.search(r"http://localhost:8000(/sign-in/\S+)", sent())
    assert where
    other = Client()
    assert other.post(where[1])["Location"] == "/sign-in/second-factor" and not who(other, path)


def test_adding_a_second_factor_asks_for_the_password_again_and_is_told(path: str) -> None:
    owner()
    client = Client()
    by_password(client)
    later(client)
    assert client.get("/me/security/app")["Location"].startswith("/me/confirm")
    assert client.post("/me/confirm", {"password": PASSWORD}).status_code == 302
    page = said(client.get("/me/security/app"))
    secret = client.session["mfa.totp.secret"]
    assert secret in page and "<svg" in page and "data:image" not in page
    given = code(secret)
    assert client.post("/me/security/app", {"code": given}).status_code == 302
    message = sent()
    assert "Authenticator app activated" in message and "If it was not you" in message


def test_sessions_are_seen_and_ended(path: str) -> None:
    owner()
    here, there = Client(), Client(headers={"user-agent": "Elsewhere 1.0"})
    by_password(here)
    by_password(there)
    assert "Elsewhere 1.0" in said(here.get("/me/sessions"))
    assert here.post("/me/sessions").status_code == 302
    assert who(here, path) == "Owner" and not who(there, path)


def test_the_product_sends_its_people_over_once(api: ApiClient, path: str) -> None:
    body = {"actor": "ADMIN@acme.example", "page": "team", "return_to": "https://app.example/settings?a=1&b=2"}
    made = api.ok("POST", f"{path}/sessions", body, idempotency_key="k")
    assert api.ok("POST", f"{path}/sessions", body, idempotency_key="k") == made and Session.objects.count() == 1
    where = made["address"].removeprefix("http://localhost:8000")
    client = Client()
    assert client.get(where)["Location"] == f"{path}/team"
    page = said(client.get(f"{path}/team"))
    assert 'href="https://app.example/settings?a=1&amp;b=2"' in page and "Back to the product" in page
    assert "was used already" in said(Client().get(where), 403)
    assert Person.objects.get(email=email("admin")).email_verified_at is None, "the product does not prove an address"


def test_nobody_is_sent_over_who_is_not_there_and_not_too_late(api: ApiClient, path: str) -> None:
    refused = api.fails(422, "POST", f"{path}/sessions", {"actor": "nobody@acme.example"})
    assert refused["code"] == "no_active_member"
    for wrong in ({"page": "policy"}, {"return_to": "javascript:alert(1)"}, {"actor": 7}):
        assert api.fails(422, "POST", f"{path}/sessions", {"actor": email("owner"), **wrong})["code"] == "bad_body"
    made = api.ok("POST", f"{path}/sessions", {"actor": email("agent")})
    where = made["address"].removeprefix("http://localhost:8000")
    Session.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    said(Client().get(where), 403)
    said(Client().get(where[:-2] + "xx"), 403)
    later = api.ok("POST", f"{path}/sessions", {"actor": email("agent")})["address"]
    agent = next(one for one in api.ok("GET", f"{path}/members")["items"] if one["email"] == email("agent"))
    api.ok("PATCH", f"{path}/members/{agent['id']}", {"state": "suspended"})
    said(Client().get(later.removeprefix("http://localhost:8000")), 403)


def own_pages() -> list[tuple[str, str]]:
    """Every page of signing in and of what is a person's own: its name and an address of it."""
    found = []
    for pattern in get_resolver("bursar.center.sign_in.urls").url_patterns:
        assert isinstance(pattern, URLPattern)
        address = re.sub(r"<uuid:\w+>", str(UUID(int=1)), re.sub(r"<int:\w+>", "1", str(pattern.pattern)))
        address = re.sub(r"<str:\w+>", "any", address)
        found.append((str(pattern.name), "/" + ("sign-in/password/1-a" if address.startswith("^") else address)))
    return found


def test_what_is_a_persons_own_opens_to_nobody_else(path: str) -> None:
    wrong = list[object]()
    for name, address in own_pages():
        answer = Client().get(address)
        if answer.status_code == 301:
            answer = Client().get(answer["Location"])
        mine = address.startswith("/me")
        led = answer.status_code == 401 or answer.headers.get("Location", "").startswith("/sign-in")
        if answer.status_code >= 500 or (mine and not led):
            wrong.append((name, answer.status_code, answer.headers.get("Location")))
        if "unsafe" in answer.headers.get("Content-Security-Policy", "unsafe"):
            wrong.append((name, "its security policy"))
        forged = Client(enforce_csrf_checks=True).post(address)
        if forged.status_code not in (302, 403, 404, 405):
            wrong.append((name, "a form of another site was taken", forged.status_code))
    assert not wrong


def test_nobody_signs_up_and_every_page_of_ones_own_opens_in_french(path: str) -> None:
    assert Client().get("/sign-in/none").status_code == 404
    client = signed_in(email("owner"), "fr")
    shown = {name: client.get(address) for name, address in own_pages() if address.startswith("/me")}
    assert {answer.status_code for answer in shown.values()} <= {200, 301, 302, 404, 405}
    assert "Là où vous êtes connecté" in said(shown["usersessions_list"])
