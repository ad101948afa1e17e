"""What lets somebody in stands in no table once it is sent: letters forget their links."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client

from bursar.jobs.clock import run_once
from census import contents
from door import Door, email

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def door(vendor: None) -> Door:
    return Door()


def test_a_letter_forgets_the_invitation_that_it_brought(door: Door, settings: Any) -> None:
    settings.SENDS_MAIL = True
    path = door.account(sandbox=False, today=None)
    invited = {"name": "Zoë", "email": "zoe@acme.example", "role": "admin"}
    door.ok("POST", f"{path}/members", invited, by=email("owner"))
    run_once(datetime.now(UTC))
    run_once(datetime.now(UTC))
    [brought] = [one for one in mail.outbox if one.to == ["zoe@acme.example"]]
    [secret] = set(re.findall(r"/invitation/(\S+)", str(brought.body)))
    assert secret not in contents()


def test_a_letter_about_signing_in_that_is_given_up_forgets_its_link(door: Door, settings: Any) -> None:
    settings.SENDS_MAIL = True
    door.account(sandbox=False, today=None)
    Client().post("/sign-in/link", {"email": email("owner")})
    letters = apps.get_model("notices", "PersonalLetter").objects
    assert "/sign-in/" in letters.get().text
    letters.update(address="no address at all")
    run_once(datetime.now(UTC))
    assert letters.get().state == "failed"
    assert (letters.get().text, letters.get().html) == ("", "")
