"""People change their own address by a link sent there; whoever else has it learns of it, and nobody else does."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from api_client import ApiClient, email, later, signed_in
from bursar.accounts.keys import create_link
from bursar.history.models import Entry
from bursar.identity.models import AddressChange, Person
from bursar.identity.profile import AddressNotValid, confirm_address, request_address
from bursar.jobs.steps import run_once
from bursar.notices.models import PersonalEmail
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "seven green lamps"
NEW = "Adele@Elsewhere.example"


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


def emails() -> dict[str, str]:
    """What the worker sends now, by address."""
    mail.outbox.clear()
    run_once(datetime.now(UTC))
    return {one.to[0]: f"{one.subject}\n{one.body}" for one in mail.outbox if "invited" not in one.subject}


def link(message: str) -> str:
    found = re.search(r"http://localhost:8000(/me/address/\S+)", message)
    assert found
    return found[1]


def admin() -> Person:
    person = Person.objects.get(email=email("admin"))
    person.set_password(PASSWORD)
    person.save()
    return person


def test_an_address_is_changed_by_the_link_that_was_sent_there_once(path: str) -> None:
    client, there = signed_in(email("admin")), signed_in(email("admin"))
    facts = Entry.objects.count()
    assert "is on its way" in said(client.post("/me/address", {"email": NEW}))
    [(to, message)] = emails().items()
    assert to == NEW and "Admin wants to sign in with this address" in message
    kept = create_link(email("admin"), expires_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert "Use this address" in said(client.get(link(message)))
    assert Person.objects.filter(email=email("admin")).exists(), "programs that look at links change nothing"
    assert client.post(link(message))["Location"] == "/me"
    shown = said(client.get("/me"))
    assert "adele@elsewhere.example" in shown and "From now on you sign in with this address." in shown
    [(old, told)] = emails().items()
    assert old == email("admin") and "Your address was changed" in told and "support@example.com" in told
    assert "elsewhere" not in told.lower()
    assert "no longer changes an address" in said(client.post(link(message)), 403)
    # Wherever else they were signed in they are not, and what was sent to the address of before signs nobody in.
    assert said(there.get("/me"), 401) and client.get("/me").status_code == 200
    assert Client().post(f"/sign-in/{kept}").status_code == 403
    person = Person.objects.get(email=NEW.lower())
    assert person.name == "Admin" and person.email_verified_at is not None
    assert Entry.objects.count() == facts, "it concerns the person, and no account"


def test_who_changed_their_address_signs_in_by_the_new_one_alone(api: ApiClient, path: str) -> None:
    EmailAddress.objects.create(user=admin(), email=email("admin"), verified=True, primary=True)
    client = Client()
    client.post("/sign-in", {"login": email("admin"), "password": PASSWORD})
    later(client)
    assert client.get("/me/address")["Location"].startswith("/me/confirm"), "as before other sensitive pages"
    assert client.post("/me/confirm", {"password": PASSWORD}).status_code == 302
    client.post("/me/address", {"email": NEW})
    client.post(link(emails()[NEW]))
    again = [Client().post("/sign-in", {"login": one, "password": PASSWORD}) for one in (email("admin"), NEW)]
    assert [one.status_code for one in again] == [200, 302]
    assert NEW.lower() in {one["email"] for one in api.ok("GET", f"{path}/members")["items"]}


def test_nobody_learns_whose_an_address_is_but_whoever_has_it(path: str) -> None:
    client = signed_in(email("admin"))
    told = [
        said(client.post("/me/address", {"email": one})).replace(one, "")
        for one in ("OWNER@acme.example", "nobody@acme.example")
    ]
    assert re.sub(r'value="\w{64}"', "", told[0]) == re.sub(r'value="\w{64}"', "", told[1])
    sent = emails()
    assert set(sent) == {"OWNER@acme.example", "nobody@acme.example"}
    assert "This address is yours already" in sent["OWNER@acme.example"]
    assert "/me/address/" not in sent["OWNER@acme.example"] and "Admin" not in sent["OWNER@acme.example"]
    assert {one.person.email for one in PersonalEmail.objects.all()} == {email("owner"), email("admin")}
    assert "That is your address already." in said(client.post("/me/address", {"email": "ADMIN@acme.example"}), 422)
    assert "Give an email address" in said(client.post("/me/address", {"email": "x"}), 422)


def test_a_link_holds_for_whoever_asked_for_an_hour_and_until_they_ask_again(path: str) -> None:
    person, other = Person.objects.get(email=email("admin")), Person.objects.get(email=email("agent"))
    now = datetime.now(UTC)
    first, second = (request_address(person.pk, one, now=now) for one in (NEW, "new@acme.example"))
    assert first and second
    late = now + timedelta(minutes=60)
    for who, secret, when in ((person, first, now), (other, second, now), (person, second, late), (person, "x", now)):
        with pytest.raises(AddressNotValid):
            confirm_address(who.pk, secret, now=when)
    assert signed_in(email("agent")).post(f"/me/address/{second}").status_code == 403
    said(Client().get(f"/me/address/{second}"), 401)
    # Somebody else came to have it meanwhile.
    Person.objects.filter(pk=other.pk).update(email="new@acme.example")
    with pytest.raises(AddressNotValid):
        confirm_address(person.pk, second, now=now)
    Person.objects.filter(pk=other.pk).update(email=email("agent"))
    assert confirm_address(person.pk, second, now=now) == email("admin")


def test_addresses_are_not_asked_for_without_end(path: str) -> None:
    client = signed_in(email("admin"))
    asked = [client.post("/me/address", {"email": f"a{number}@acme.example"}).status_code for number in range(6)]
    assert asked == [200] * 5 + [429]
    other = signed_in(email("agent"))
    assert [other.post("/me/address", {"email": NEW}).status_code for _ in range(5)] == [200] * 5
    assert signed_in(email("owner")).post("/me/address", {"email": NEW}).status_code == 429, "so is each address"


def test_no_address_is_changed_from_which_no_email_goes_out(api: ApiClient, settings: Any) -> None:
    api.account()
    client = signed_in(email("admin"), "fr")
    shown = said(client.get("/me/address"))
    assert "Votre adresse ne peut pas être changée" in shown and 'type="email"' not in shown
    assert client.post("/me/address", {"email": NEW}).status_code == 409 and not AddressChange.objects.exists()


def test_an_invitation_sent_to_the_address_of_before_lets_nobody_in(api: ApiClient, path: str) -> None:
    other = api.account("managed", sandbox=False, today=None, owner={"name": "Olga", "email": "olga@other.example"})
    for one in api.ok("GET", f"{other}/members")["items"]:
        if one["email"] == email("admin"):
            api.ok("DELETE", f"{other}/members/{one['id']}")
    row = api.ok(
        "POST", f"{other}/members", {"name": "A", "email": email("admin"), "role": "agent"}, by="olga@other.example"
    )
    mail.outbox.clear()
    run_once(datetime.now(UTC))
    [message] = [one for one in mail.outbox if "invited" in one.subject]
    found = re.search(r"http://localhost:8000(/invitation/\S+)", str(message.body))
    assert found
    Person.objects.filter(email=email("admin")).update(email=NEW.lower())
    assert Client().post(found[1]).status_code == 403
    Person.objects.filter(email=NEW.lower()).update(email=email("admin"))
    assert Client().post(found[1]).status_code == 302 and row["state"] == "invited"
