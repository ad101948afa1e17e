"""What went to whom, as the vendor's staff sees it, and sending again what did not come through."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connections
from django.test import Client

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.core.messages.problem import Problem
from bursar.core.policy.policy import VENDOR
from bursar.desk import emails as desk
from bursar.history.models import Entry
from bursar.identity.models import Person
from bursar.identity.staff import appoint
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from bursar.notices.sending import send_again
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None, settings: Any) -> ApiClient:
    settings.SENDS_MAIL = True
    return ApiClient()


def at_work(role: str) -> Client:
    appoint(current(), name=f"Ms <{role}>", email=f"{role}@vendor.example", role=role, by=None, now=datetime.now(UTC))
    return signed_in(f"{role}@vendor.example")


def told(api: ApiClient, name: str = "Acme") -> str:
    """A real account of which owner and billing admin were told once, by emails that were sent."""
    path = api.account("managed", sandbox=False, today=None, name=name)
    api.take(path, TEAM_10)
    for _ in range(2):
        run_once(datetime.now(UTC))
    mail.outbox.clear()
    return path


def rows(page: str) -> list[str]:
    return re.findall('<tr><th scope="row".*?</tr>', page)


def test_the_staff_reads_what_went_to_whom_the_newest_first_and_what_became_of_it(api: ApiClient) -> None:
    path = told(api, "A & B <Co>")
    support = at_work("support")
    page = rows(said(support.get(f"{path}/desk/emails")))
    assert [email(role) in row for role, row in zip(("billing_admin", "owner"), page, strict=True)] == [True, True]
    assert "Owner<br>" in page[1] and "A &amp; B &lt;Co&gt;: Add Support" in page[1]
    assert re.search(r">sent<br><span class=\"soft\">[A-Z][a-z]+ \d+, \d{4} at \d+:\d\d [AP]M", page[1]), page[1]
    api.take(path, seats(12))
    run_once(datetime.now(UTC))
    new, old = (
        Email.objects.filter(subject__contains="12 seats"),
        Email.objects.filter(subject__contains="Add Support"),
    )
    new.update(state="waiting", sent_at=None, tries=0)
    new.filter(address=email("owner")).update(tries=2)
    old.filter(address=email("billing_admin")).update(state="outbox", sent_at=None)
    page = rows(said(support.get(f"{path}/desk/emails")))
    assert ["waiting</span>" in row for row in page] == [True, True, False, False]
    assert "after 2 tries, again on " in page[1] and "kept in the outbox" in page[2]


def test_emails_are_searched_by_address_filtered_by_state_and_paged(api: ApiClient, monkeypatch: Any) -> None:
    path = told(api)
    Email.objects.filter(address=email("owner")).update(state="failed", sent_at=None, tries=6)
    other = told(api, "Other")
    support = at_work("support")

    def found(query: str, where: str = path) -> list[str]:
        page = said(support.get(f"{where}/desk/emails?{query}"))
        return [re.findall(r"(\w+)@acme.example</span>", row)[0] for row in rows(page)]

    assert found("") == ["billing_admin", "owner"] == found("", other), "each account its own"
    assert found("q=OWNER@") == ["owner"] and found("q=g_admin") == ["billing_admin"] and found("q=%25") == []
    assert found("state=failed") == ["owner"] and found("state=nonsense") == ["billing_admin", "owner"]
    assert found("state=failed&q=billing") == [] and "No email matches" in said(
        support.get(f"{path}/desk/emails?q=nobody")
    )
    monkeypatch.setattr(desk, "PAGE", 1)
    first = said(support.get(f"{path}/desk/emails?q=acme"))
    [following] = re.findall(r'href="\?(q=acme[^"]+)"', first)
    assert len(rows(first)) == 1 and found(following.replace("&amp;", "&")) == ["owner"]
    assert "Older emails" not in said(support.get(f"{path}/desk/emails?{following.replace('&amp;', '&')}"))


def test_an_email_that_failed_is_sent_again_under_the_name_of_whoever_did_it(api: ApiClient) -> None:
    path = told(api)
    Email.objects.filter(address=email("owner")).update(
        state="failed", sent_at=None, tries=6, failure="550 No <such> user"
    )
    finance, support = at_work("finance"), at_work("support")
    shown = said(finance.get(f"{path}/desk/emails"))
    assert "after 6 tries" in shown and "550 No &lt;such&gt; user" in shown and "Send again" not in shown
    assert "With your role (Finance) you cannot" in shown and "ask a colleague: Support" in shown
    page = said(support.get(f"{path}/desk/emails?state=failed"))
    [where] = re.findall(r'action="([^"]+/again[^"]*)"', page)
    assert "With your role (Finance) you cannot" in said(finance.post(where), 409)
    done = support.post(where.replace("&amp;", "&"))
    assert done["Location"].endswith("/desk/emails?q=&state=failed")
    assert "The email is sent again." in said(support.get(done["Location"]))
    assert "did not fail, or is already being sent again" in said(support.post(where), 409)
    run_once(datetime.now(UTC))
    assert [one.to for one in mail.outbox] == [[email("owner")]]
    assert set(Email.objects.values_list("state", "tries", "failure")) == {("sent", 1, "")}
    [fact] = Entry.objects.filter(kind="letter_sent_again")
    assert fact.actor_id == Person.objects.get(email="support@vendor.example").pk
    told_in_history = said(support.get(f"{path}/history?about=people"))
    assert "An email to Owner that had failed was sent again." in told_in_history
    assert "Ms &lt;support&gt; (vendor)" in told_in_history


def test_two_who_send_an_email_again_at_the_same_moment_send_it_once(api: ApiClient) -> None:
    path = told(api)
    Email.objects.filter(address=email("owner")).update(state="failed", sent_at=None, tries=6)
    message, account = Email.objects.get(state="failed"), UUID(api.ok("GET", path)["id"])

    def send(_: int) -> str:
        try:
            send_again(current(), account, message.pk, actor=VENDOR, now=datetime.now(UTC))
        except Problem as problem:
            return problem.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == ["done", "letter_not_failed"]
    assert Entry.objects.filter(kind="letter_sent_again").count() == 1
    run_once(datetime.now(UTC) + timedelta(minutes=1))
    assert len(mail.outbox) == 1


def test_without_mail_an_email_that_failed_is_kept_and_that_is_said(api: ApiClient, settings: Any) -> None:
    path = told(api)
    Email.objects.filter(address=email("owner")).update(state="failed", sent_at=None, tries=6, member_id=None)
    settings.SENDS_MAIL = False
    chief = at_work("admin")
    [where] = re.findall(r'action="([^"]+/again[^"]*)"', said(chief.get(f"{path}/desk/emails")))
    assert "kept in the outbox, as all emails here are." in said(chief.get(chief.post(where)["Location"]))
    assert Email.objects.get(address=email("owner")).state == "outbox"
    assert "An email that had failed was sent again." in said(chief.get(f"{path}/history"))


def test_no_email_of_a_sandbox_goes_out_by_being_sent_again(api: ApiClient) -> None:
    path = api.account("managed")
    api.take(path, TEAM_10)
    run_once(datetime.now(UTC))
    Email.objects.filter(address=email("owner")).update(state="failed", tries=6)
    chief = at_work("admin")
    [where] = re.findall(r'action="([^"]+/again[^"]*)"', said(chief.get(f"{path}/desk/emails")))
    assert chief.post(where).status_code == 302
    run_once(datetime.now(UTC))
    assert not mail.outbox and set(Email.objects.values_list("state", flat=True)) == {"outbox"}


def test_an_account_does_not_see_its_emails_and_none_of_another_is_sent(api: ApiClient) -> None:
    path, other = told(api), told(api, "Other")
    theirs = Email.objects.filter(account_id=api.ok("GET", other)["id"])[:1].get()
    for somebody, status in ((signed_in(email("owner")), 404), (Client(), 401)):
        assert somebody.get(f"{path}/desk/emails").status_code == status
        assert somebody.post(f"{path}/desk/emails/{theirs.pk}/again").status_code == status
    assert "no such email" in said(at_work("support").post(f"{path}/desk/emails/{theirs.pk}/again"), 409)


def test_the_addresses_of_before_lead_to_the_pages_with_their_filter(api: ApiClient) -> None:
    path = told(api)
    support = at_work("support")
    moved = support.get(f"{path}/desk/letters?state=failed")
    assert (moved.status_code, moved["Location"]) == (301, f"{path}/desk/emails?state=failed")
    assert support.post(f"{path}/desk/letters").status_code == 405
    assert signed_in(email("owner")).get("/me/letters")["Location"] == "/me/emails"
