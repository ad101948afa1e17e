"""Attempts to sign in: what is counted stays counted under floods and at once, and old ways in end with a new password."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
)
from django.core import mail
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client

from api_client import ROLES, ApiClient, email
from authenticator_app import code
from bursar.accounts.keys import create_link
from bursar.identity.models import Person, SignInLink
from bursar.identity.sign_in_attempts import delete_expired_attempts
from bursar.jobs.steps import run_once
from pages import said
from passkeys import Device

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "seven green lamps"
FLOOD = 400
"""More made-up addresses than Django's own cache keeps rows."""


@pytest.fixture
def path(vendor: None, settings: Any) -> str:
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    return ApiClient().account("online_assisted", sandbox=False, today=None)


def owner(password: str = PASSWORD) -> Person:
    person = Person.objects.get(email=email("owner"))
    person.set_password(password)
    person.save()
    return person


def by_password(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/sign-in", {"login": email("owner"), "password": password})


def flood() -> None:
    for number in range(FLOOD):
        stranger = Client(REMOTE_ADDR=f"10.1.{number // 250}.{number % 250}")
        tried = {"login": f"nobody{number}@made-up.example", "password": "wrong"}
        assert stranger.post("/sign-in", tried).status_code == 200


def at_once(times: int, do: Callable[[int], Any]) -> Counter[Any]:
    def alone(number: int) -> Any:
        try:
            return do(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(alone, range(times)))


def test_a_flood_of_made_up_addresses_lets_nobody_try_again_who_is_to_wait(path: str) -> None:
    def closed(number: int, role: str) -> bool:
        client = Client(REMOTE_ADDR=f"10.3.0.{number}")
        page = said(client.post("/sign-in", {"login": email(role), "password": "wrong"}))
        return "Too many failed login attempts" in page

    for number, role in enumerate(ROLES):
        assert [closed(number, role) for _ in range(6)] == [False] * 5 + [True]
    flood()
    assert all(closed(100 + number, role) for number, role in enumerate(ROLES))


def test_a_flood_of_made_up_addresses_lets_no_code_count_twice(path: str) -> None:
    person, secret = owner(), str(generate_totp_secret())
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    clients = [Client(), Client()]
    for client in clients:
        by_password(client)
    given = code(secret)
    assert clients[0].post("/sign-in/second-factor", {"code": given}).status_code == 302
    flood()
    assert clients[1].post("/sign-in/second-factor", {"code": given}).status_code == 200
    assert "_auth_user_id" not in clients[1].session


def test_a_million_attempts_are_kept_and_only_those_go_that_are_over(path: str) -> None:
    cache.add("waits", "y", timeout=3600)
    with connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO bursar_cache SELECT 'made-up:' || n, 'true', now() + interval '1 hour'
            FROM generate_series(1, 1000000) n
        """)
        cache.set("short", [1.5], timeout=0.01)
        assert cache.add("new", "y", timeout=60) and not cache.add("new", "y", timeout=60)
        sleep(0.02)
        assert cache.get("short") is None and cache.add("short", "y", timeout=0.01)
        sleep(0.02)
        assert delete_expired_attempts() == 1
        assert cache.get("waits") == cache.get("new") == "y"
        cursor.execute("SELECT count(*) FROM bursar_cache")
        assert cursor.fetchone() == (1_000_002,)
        cursor.execute("TRUNCATE bursar_cache")


def test_limits_hold_where_everybody_tries_at_once(path: str) -> None:
    owner()
    for number in range(290):
        cache.set(f"there-before-{number}", 1, 3600)
    asked = at_once(30, lambda _: Client().post("/sign-in/link", {"email": email("admin")}).status_code)
    assert 1 <= asked[200] == SignInLink.objects.count() <= 3 and asked[429] == 30 - asked[200]
    tried = at_once(30, lambda n: "not correct" in by_password(Client(), f"wrong {n}").content.decode())
    assert 1 <= tried[True] <= 5, "who waits too long for their turn is refused too"


def test_an_address_is_sent_twenty_links_a_day(path: str) -> None:
    asked = []
    for number in range(24):
        # As if each minute had passed.
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM bursar_cache WHERE cache_key LIKE '%%3/60%%' OR cache_key LIKE '%%20/60%%'")
        client = Client(REMOTE_ADDR=f"10.2.0.{number}")
        asked.append(client.post("/sign-in/link", {"email": email("owner")}).status_code)
    assert Counter(asked) == {200: 20, 429: 4}
    assert Client().post("/sign-in/link", {"email": email("admin")}).status_code == 200


def sent_link(address: str) -> str:
    return f"/sign-in/{create_link(address, expires_at=datetime.now(UTC) + timedelta(minutes=15))}"


def test_links_end_with_the_other_sessions_and_with_a_new_password(path: str) -> None:
    person = owner()
    client = Client()
    by_password(client)
    link = sent_link(email("owner"))
    client.post("/me/sessions")
    assert "not valid any more" in said(Client().post(link), 403)
    link, others = sent_link(email("owner")), sent_link(email("admin"))
    changed = {"oldpassword": PASSWORD, "password1": "eight green lamps", "password2": "eight green lamps"}
    assert client.post("/me/password", changed).status_code == 302
    person.refresh_from_db()
    assert person.check_password("eight green lamps")
    assert "not valid any more" in said(Client().post(link), 403)
    assert Client().post(others).status_code == 302
    link = sent_link(email("owner"))
    Client().post("/sign-in/password", {"email": email("owner")})
    mail.outbox.clear()
    run_once(datetime.now(UTC))
    [message] = [one for one in mail.outbox if "password" in one.subject]
    [where] = re.findall(r"http://localhost:8000(/sign-in/password/\S+)", str(message.body))
    forgetful = Client()
    form = forgetful.get(where)["Location"]
    assert forgetful.post(form, {"password1": "nine green lamps", "password2": "nine green lamps"}).status_code == 302
    assert "not valid any more" in said(Client().post(link), 403)


def test_a_passkey_whose_counter_goes_back_is_refused_and_its_person_is_told(path: str) -> None:
    person, device = owner(), Device()
    Authenticator.objects.create(user=person, type="webauthn", data=device.registered("Ada's key"))
    assert device.sign_in(Client(), person, counter=5).status_code == 302
    assert device.sign_in(Client(), person, counter=6).status_code == 302
    for counter in (6, 3, 0):
        copy = Client()
        assert "may be a copy" in said(copy.get(device.sign_in(copy, person, counter=counter)["Location"]))
        assert "_auth_user_id" not in copy.session
    assert device.sign_in(Client(), person, counter=7).status_code == 302
    mail.outbox.clear()
    run_once(datetime.now(UTC))
    told = [one for one in mail.outbox if one.subject == "A passkey was refused"]
    assert len(told) == 3 and told[0].to == [email("owner")] and "Ada's key" in told[0].body
    second = signed_in_half(person)
    assert device.second_factor(second, counter=7).status_code == 200 and "_auth_user_id" not in second.session
    assert device.second_factor(second, counter=8).status_code == 302
    uncounted = Device()
    Authenticator.objects.create(user=person, type="webauthn", data=uncounted.registered("Synced"))
    for _ in range(2):
        assert uncounted.sign_in(Client(), person, counter=0).status_code == 302


def signed_in_half(person: Person) -> Client:
    client = Client()
    by_password(client)
    assert "_auth_user_id" not in client.session
    return client
