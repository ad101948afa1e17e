"""What lets somebody in stands in no table once it is sent: emails forget their links."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.test import Client

from api_client import ApiClient, email, signed_in
from bursar.jobs.steps import run_once
from bursar.notices.actions import tell
from bursar.notices.secret import PLACEHOLDER, fill_secret, reseal_secrets
from database_digest import contents

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def test_an_email_forgets_the_invitation_that_it_brought(api: ApiClient, settings: Any) -> None:
    settings.SENDS_MAIL = True
    path = api.account(sandbox=False, today=None)
    invited = {"name": "Zoë", "email": "zoe@acme.example", "role": "admin"}
    api.ok("POST", f"{path}/members", invited, by=email("owner"))
    run_once(datetime.now(UTC))
    run_once(datetime.now(UTC))
    [brought] = [one for one in mail.outbox if one.to == ["zoe@acme.example"]]
    [secret] = set(re.findall(r"/invitation/(\S+)", str(brought.body)))
    assert secret not in contents()


def test_an_email_about_signing_in_that_is_given_up_forgets_its_link(api: ApiClient, settings: Any) -> None:
    settings.SENDS_MAIL = True
    api.account(sandbox=False, today=None)
    Client().post("/sign-in/link", {"email": email("owner")})
    emails = apps.get_model("notices", "PersonalEmail").objects
    assert f"/sign-in/{PLACEHOLDER}" in emails.get().text and emails.get().secret
    emails.update(address="no address at all")
    run_once(datetime.now(UTC))
    assert emails.get().state == "failed"
    assert (emails.get().text, emails.get().html, emails.get().secret) == ("", "", "")


def written(api: ApiClient, *, sandbox: bool) -> Any:
    """The email with an invitation to an account, which waits or stands in the outbox."""
    path = api.account(sandbox=sandbox, today="2026-01-01" if sandbox else None)
    invited = {"name": "Zoë", "email": "zoe@acme.example", "role": "admin"}
    api.ok("POST", f"{path}/members", invited, by=email("owner"))
    account = path.rpartition("/")[2]
    for entry in apps.get_model("history", "Entry").objects.filter(
        account_id=account, kind__in=("member_added", "member_invited")
    ):
        tell(entry.account_id, entry.id, now=datetime.now(UTC))
    return apps.get_model("notices", "Email").objects.get(account_id=account, address="zoe@acme.example")


@pytest.mark.parametrize("sandbox", [True, False])
def test_an_invitation_that_waits_failed_or_stands_in_the_outbox_holds_its_link_sealed(
    api: ApiClient, settings: Any, sandbox: bool
) -> None:
    settings.SENDS_MAIL = True
    message = written(api, sandbox=sandbox)
    assert message.state == ("outbox" if sandbox else "waiting")
    [secret] = set(re.findall(r"/invitation/(\S+)", fill_secret(message.text, message.secret)))
    assert len(secret) > 40 and secret not in contents()
    if sandbox:
        page = signed_in(email("owner")).get(f"/accounts/{message.account_id}/outbox").content.decode()
        assert f"/invitation/{secret}" in page
        return
    type(message).objects.update(address="no address at all")
    run_once(datetime.now(UTC))
    message.refresh_from_db()
    assert (
        message.state == "failed"
        and fill_secret(message.html, message.secret).count(secret)
        and secret not in contents()
    )


def test_a_personal_link_that_waits_is_sealed_and_reaches_its_reader(api: ApiClient, settings: Any) -> None:
    settings.SENDS_MAIL = True
    api.account(sandbox=False, today=None)
    Client().post("/sign-in/link", {"email": email("owner")})
    Client().post("/sign-in/password", {"email": email("owner")})
    before = contents()
    run_once(datetime.now(UTC))
    mine = [str(one.body) for one in mail.outbox if one.to == [email("owner")]]
    links = [one for body in mine for one in re.findall(r"(/sign-in/\S{20,})", body)]
    assert len(links) == 2 and not [link for link in links if link.rpartition("/")[2] in before]
    assert {Client().get(link).status_code for link in links} <= {200, 302}


def test_links_of_before_and_under_a_key_of_before_are_sealed_at_the_start(api: ApiClient, settings: Any) -> None:
    settings.SENDS_MAIL = True
    message = written(api, sandbox=False)
    text, html = (fill_secret(said, message.secret) for said in (message.text, message.html))
    rows = type(message).objects.filter(pk=message.pk)
    rows.update(text=text, html=html, secret="")
    assert reseal_secrets() == 1 and reseal_secrets() == 0
    [secret] = set(re.findall(r"/invitation/(\S+)", text))
    assert secret not in contents()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    assert reseal_secrets() == 1
    settings.SECRET_KEY_FALLBACKS = []
    message.refresh_from_db()
    assert (fill_secret(message.text, message.secret), fill_secret(message.html, message.secret)) == (text, html)
    assert reseal_secrets() == 0
