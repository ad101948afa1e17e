"""A session stands in no table as the browser sends it, so that whoever reads the tables can be nobody by it."""

import importlib

import pytest
from django.db import connection
from django.test import Client

from api_client import ApiClient, email, signed_in
from database_digest import contents

pytestmark = pytest.mark.django_db(transaction=True)
COOKIE = "sessionid"


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def keys() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM django_session UNION SELECT session_key FROM usersessions_usersession")
        return [key for (key,) in cursor.fetchall()]


def test_who_reads_the_tables_can_be_nobody_by_a_session(api: ApiClient) -> None:
    path = api.account()
    browser = signed_in(email("owner"))
    secret = browser.cookies[COOKIE].value
    assert browser.get(f"{path}/subscription").status_code == 200
    assert secret not in contents()
    assert keys()
    for key in keys():
        thief = Client()
        thief.cookies[COOKIE] = key
        assert thief.get(f"{path}/subscription").status_code == 401


def test_a_session_goes_on_and_the_others_can_be_ended(api: ApiClient) -> None:
    path = api.account()
    here, there = signed_in(email("owner")), signed_in(email("owner"))
    assert here.get("/me/sessions").status_code == 200
    assert here.post("/me/sessions").status_code == 302
    assert here.get(f"{path}/subscription").status_code == 200
    assert there.get(f"{path}/subscription").status_code == 401
    here.post("/sign-out")
    assert here.get(f"{path}/subscription").status_code == 401


def test_who_was_signed_in_before_the_upgrade_stays_so(api: ApiClient) -> None:
    path = api.account()
    browser = signed_in(email("owner"))
    with connection.cursor() as cursor:
        for table in ("django_session", "usersessions_usersession"):
            cursor.execute(f"UPDATE {table} SET session_key = %s", [browser.cookies[COOKIE].value])
    migration = importlib.import_module("bursar.accounts.migrations.0015_session_digests")
    with connection.cursor() as cursor:
        for statement in migration.STATEMENTS:
            cursor.execute(statement)
    assert browser.get(f"{path}/subscription").status_code == 200
