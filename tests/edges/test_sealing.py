"""What second factors rest on: sealed in the tables, read under keys of before, and brought under the present one."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
)
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.db import connection

import factory
from authenticator_app import code
from bursar.identity.models import Person
from bursar.identity.sealing import reseal_second_factors, seal, unseal

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "the old key, long enough to be one", "the new key, which is another one"


@pytest.fixture
def person(vendor: None, settings: Any) -> Person:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []
    cache.clear()
    return factory.person()


def accepted(person: Person, secret: str) -> bool:
    """Whether the app's code is."""
    cache.clear()
    return bool(TOTP(Authenticator.objects.get(user=person, type="totp")).validate_code(code(secret)))


def held() -> str:
    """All that the table says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(one::text, ' ') FROM mfa_authenticator AS one")
        [(said,)] = cursor.fetchall()
    return str(said)


def test_no_table_holds_what_a_second_factor_rests_on(person: Person) -> None:
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    codes = RecoveryCodes.activate(person)
    seed = unseal(codes.instance.data["seed"])
    assert len(seed) == 80 and secret not in held() and seed not in held()
    assert accepted(person, secret)
    [first, *_] = codes.get_unused_codes()
    assert codes.validate_code(first) and not codes.validate_code(first)
    assert seal(secret) != seal(secret), "who has the same secret cannot be seen"


def test_under_a_new_key_what_the_old_one_sealed_is_read_while_it_is_named(person: Person, settings: Any) -> None:
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    codes = RecoveryCodes.activate(person).generate_codes()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert accepted(person, secret)
    assert reseal_second_factors() == (2, 0) and reseal_second_factors() == (0, 0)
    settings.SECRET_KEY_FALLBACKS = []
    assert accepted(person, secret)
    assert RecoveryCodes.activate(person).generate_codes() == codes
    settings.SECRET_KEY = OLD
    with pytest.raises(InvalidToken):
        accepted(person, secret)


def test_secrets_of_before_are_read_and_then_sealed(person: Person) -> None:
    secret = generate_totp_secret()
    Authenticator.objects.create(user=person, type="totp", data={"secret": secret})
    Authenticator.objects.create(user=person, type="recovery_codes", data={"seed": "ab" * 40, "used_mask": 5})
    Authenticator.objects.create(user=person, type="webauthn", data={"name": "key"})
    assert accepted(person, secret)
    assert reseal_second_factors() == (2, 0)
    assert secret not in held() and "abab" not in held() and accepted(person, secret)
    assert Authenticator.objects.get(type="recovery_codes").data["used_mask"] == 5
    assert Authenticator.objects.get(type="webauthn").data == {"name": "key"}


def test_nothing_is_sealed_under_a_key_that_does_not_read_what_is_there(person: Person, settings: Any) -> None:
    TOTP.activate(person, generate_totp_secret())
    Authenticator.objects.create(user=factory.person(), type="totp", data={"secret": generate_totp_secret()})
    settings.SECRET_KEY, before = NEW, held()
    assert reseal_second_factors() == (0, 1) and held() == before
