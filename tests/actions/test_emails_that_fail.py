"""Emails and facts with which something is wrong are tried a few times, keep nothing else waiting, and are shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.test import Client

from api_client import ApiClient, email, signed_in
from bursar.accounts.models import Member
from bursar.cli import main
from bursar.cli.checks.emails import emails as check_emails
from bursar.columns.address import BadAddress, sendable
from bursar.history.models import Entry
from bursar.identity.models import Person
from bursar.identity.staff import appoint
from bursar.jobs import worker_round
from bursar.jobs.steps import EMAILS, run_once
from bursar.notices.mail import mail_settings
from bursar.notices.models import Email, NotTold, PersonalEmail, Told
from bursar.notices.queries import TELL_WITHIN
from bursar.notices.sending import LONGEST_PAUSE, TRIES, pause_after
from bursar.policy.queries import current
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)
TOO_LONG = f"ada@{'ü' * 60}.example"
"""A form of Django's takes it, and no mail can be sent to it: a part of the domain is over 63 letters in ASCII."""
UNSENDABLE = (
    TOO_LONG,
    "ada@xn--ü.example",
    "a,b@acme.example",
    "ada@acme..example",
    '"a\x01"@acme.example',
    f"{'a' * 250}@acme.example",
    "ada@\u200b.example",
    "ada@ac\u2028me.example",
)


@pytest.fixture
def api(vendor: None, settings: Any) -> ApiClient:
    settings.SENDS_MAIL = True
    return ApiClient()


class Post(ThreadingTCPServer):
    """A mail server on loopback: whom each email went to, and what it said. It keeps its answer to `silent` of them."""

    daemon_threads = True

    def __init__(self, *, silent: int = 0, utf8: bool = False) -> None:
        self.silent, self.utf8 = silent, utf8
        self.taken: list[tuple[str, Any]] = []
        super().__init__(("127.0.0.1", 0), Session)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class Session(StreamRequestHandler):
    server: Post

    def handle(self) -> None:
        self.say("220 here")
        to = ""
        for line in self.rfile:
            match line[:4].upper():
                case b"EHLO":
                    self.say("250-here\r\n250 SMTPUTF8" if self.server.utf8 else "250 here")
                case b"RCPT":
                    to = line.decode().partition("<")[2].partition(">")[0]
                    self.say("250 well")
                case b"DATA":
                    self.say("354 go on")
                    content = b"".join(iter(self.rfile.readline, b".\r\n"))
                    self.server.taken.append((to, message_from_bytes(content, policy=default)))
                    if self.server.silent:
                        self.server.silent -= 1
                        return
                    self.say("250 taken")
                case b"QUIT":
                    self.say("221 gone")
                    return
                case _:
                    self.say("250 well")

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def mail_server(settings: Any, **ways: Any) -> Iterator[Post]:
    with Post(**ways) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for name, value in mail_settings(server.url).items():
            setattr(settings, name, value)
        yield server
        server.shutdown()


def real_account(api: ApiClient) -> str:
    """An account of which everybody has read everything so far."""
    path = api.account("managed", sandbox=False, today=None)
    run_once(datetime.now(UTC))
    Email.objects.all().delete()
    return path


def test_ten_emails_to_addresses_that_no_mail_reaches_keep_no_other_waiting(api: ApiClient, settings: Any) -> None:
    path = real_account(api)
    by = {"name": "Ada", "role": "agent"}
    for number in range(EMAILS):
        api.ok("POST", f"{path}/members", {**by, "email": f"ada{number}@acme.example"}, by=email("owner"))
    for number in range(EMAILS):
        # As a Bursar of before took it.
        Person.objects.filter(email=f"ada{number}@acme.example").update(email=f"{number}{TOO_LONG}")
    api.ok("POST", f"{path}/members", {**by, "email": "good@acme.example"}, by=email("owner"))
    with mail_server(settings) as server:
        for _ in range(3):
            run_once(datetime.now(UTC))
        assert [to for to, _ in server.taken] == ["good@acme.example"]
    failed = Email.objects.exclude(address="good@acme.example")
    assert set(failed.values_list("state", "tries")) == {("failed", 1)}
    assert "not an address that email can be sent to" in failed[0].failure
    found = check_emails(datetime.now(UTC))
    assert found.state == "warning" and "10 emails" in found.finding


def test_ten_sign_in_links_that_no_mail_reaches_keep_no_other_waiting(api: ApiClient, settings: Any) -> None:
    real_account(api)
    person = Person.objects.get(email=email("agent"))
    rows = {"person": person, "locale": "en", "subject": "S", "text": "T", "html": "H", "state": "waiting"}
    before = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(EMAILS):
        PersonalEmail.objects.create(address=f"{number}{TOO_LONG}", due_at=before, **rows)
    Client().post("/sign-in/link", {"email": email("owner")})
    with mail_server(settings) as server:
        for _ in range(2):
            run_once(datetime.now(UTC))
        assert [to for to, _ in server.taken] == [email("owner")]
    assert set(PersonalEmail.objects.filter(person=person).values_list("state", "tries")) == {("failed", 1)}


def test_what_nobody_foresaw_counts_as_a_try_too_and_is_given_up_at_last(api: ApiClient, settings: Any) -> None:
    path = real_account(api)
    api.ok("POST", f"{path}/members", {"name": "A", "email": "a@acme.example", "role": "agent"}, by=email("owner"))
    settings.DEFAULT_FROM_EMAIL = TOO_LONG
    now = datetime.now(UTC)
    with mail_server(settings) as server:
        for tries in range(1, TRIES + 1):
            with pytest.raises(ExceptionGroup) as caught:
                run_once(now)
            message = Email.objects.get()
            assert any(str(message.pk) in note for exception in caught.value.exceptions for note in exception.__notes__)
            assert message.tries == tries and message.failure
            run_once(now)
            now += LONGEST_PAUSE
        assert not server.taken
    assert Email.objects.get().state == "failed"


def test_an_email_has_one_message_id_for_good(api: ApiClient, settings: Any) -> None:
    path = real_account(api)
    api.ok("POST", f"{path}/members", {"name": "A", "email": "a@acme.example", "role": "agent"}, by=email("owner"))
    now = datetime.now(UTC)
    with mail_server(settings, silent=2) as server:
        run_once(now)
        Client().post("/sign-in/link", {"email": email("owner")})
        run_once(datetime.now(UTC))
        run_once(now + timedelta(hours=1))
        ids = {to: {mail["Message-ID"] for other, mail in server.taken if other == to} for to, _ in server.taken}
        assert len(server.taken) == 4 and {to: len(one) for to, one in ids.items()} == {
            "a@acme.example": 1,
            email("owner"): 1,
        }
    assert str(Email.objects.get().pk) in str(ids["a@acme.example"])


def test_emails_beyond_ascii_before_the_at_sign_need_a_server_that_takes_them(api: ApiClient, settings: Any) -> None:
    path = real_account(api)
    invited = {"name": "Zoë", "email": "zoë@bücher.example", "role": "agent"}
    api.ok("POST", f"{path}/members", invited, by=email("owner"))
    with mail_server(settings) as server:
        run_once(datetime.now(UTC))
        assert not server.taken
    assert Email.objects.get().state == "failed" and "SMTPUTF8" in Email.objects.get().failure
    Email.objects.update(state="waiting", tries=0)
    with mail_server(settings, utf8=True) as server:
        run_once(datetime.now(UTC))
        assert [to for to, _ in server.taken] == ["zoë@xn--bcher-kva.example"]


def test_every_entrance_refuses_an_address_to_which_nothing_can_be_sent(api: ApiClient) -> None:
    path = api.account(sandbox=False, today=None)
    appoint(current(), name="Al", email="al@vendor.example", role="admin", by=None, now=datetime.now(UTC))
    owner, staff = signed_in(email("owner")), signed_in("al@vendor.example")
    french = signed_in(email("owner"), "fr")
    opened = {"name": "B", "account_type": "managed", "currency": "EUR", "time_zone": "UTC", "locale": "en"}
    people = Person.objects.count()
    for address in UNSENDABLE:
        with pytest.raises(BadAddress):
            sendable(address)
        person = {"name": "Ada", "email": address}
        for method, where, body in (
            ("POST", f"{path}/members", {**person, "role": "agent"}),
            ("POST", "/accounts", {**opened, "owner": person}),
            ("POST", "/accounts", {**opened, "owner": {**person, "email": "a@b.example"}, "representative": person}),
            ("PATCH", path, {"representative": person}),
            ("PUT", f"{path}/billing_details", {"sold_to": {"name": "Acme"}, "recipients": [person]}),
        ):
            refused = api.fails(422, method, where, body)
            assert "ada@example.com" in str(refused) or "254" in str(refused), (where, refused)
        form = {**person, "role": "agent"}
        assert "Give an email address" in said(owner.post(f"{path}/team/invite", form), 422)
        assert "Indiquez une adresse" in said(french.post(f"{path}/team/invite", form), 422)
        assert "Give an email address" in said(owner.post("/me/address", {"email": address}), 422)
        given = {"sold_to_name": "Acme", "recipients": f"Ada <{address}>"}
        assert "not an email address" in said(owner.post(f"{path}/details", given), 422)
        assert "Give an email address" in said(staff.post("/desk/staff", {**person, "role": "sales"}), 422)
        run = CliRunner().invoke(main, ["staff", "appoint", address, "--name", "Ada", "--role", "sales"])
        why = ("can be sent to", "characters that cannot be seen")
        assert run.exit_code and any(reason in run.output for reason in why), run.output
        assert "Give an email address" in said(Client().post("/sign-in/link", {"email": address}), 422)
    assert Person.objects.count() == people and not Email.objects.filter(address__in=UNSENDABLE).exists()


def broken_fact(path: str) -> UUID:
    """An entry of the history with nothing of what an email about it says."""
    account_id, now = UUID(path.rpartition("/")[2]), datetime.now(UTC)
    made = Entry.objects.create(
        account_id=account_id, kind="member_changed", actor_kind="system", on=now, recorded_at=now
    )
    return made.pk


def test_facts_that_cannot_be_told_keep_no_other_waiting_and_are_given_up_where_all_see_it(
    api: ApiClient, monkeypatch: Any
) -> None:
    path = real_account(api)
    broken = [broken_fact(path) for _ in range(3)]
    monkeypatch.setattr(worker_round, "BATCH", 3)
    member = Member.objects.get(account_id=path.rpartition("/")[2], role="admin")
    api.ok("PATCH", f"{path}/members/{member.pk}", {"role": "agent"})
    now = datetime.now(UTC)
    with pytest.raises(ExceptionGroup) as caught:
        run_once(now)
    notes = [note for exception in caught.value.exceptions for note in exception.__notes__]
    assert len(notes) == 3 and all(path.rpartition("/")[2] in note for note in notes)
    run_once(now)
    assert Email.objects.get().address == email("admin")
    assert set(NotTold.objects.values_list("entry_id", "tries")) == {(one, 1) for one in broken}
    with pytest.raises(ExceptionGroup):
        run_once(now + pause_after(0))
    assert set(NotTold.objects.values_list("tries", flat=True)) == {2}
    appoint(current(), name="Al", email="al@vendor.example", role="support", by=None, now=now)
    shown = said(signed_in("al@vendor.example").get(f"{path}/desk/emails"))
    assert (
        "Emails that could not be written" in shown
        and "ValidationError" in shown
        and "after 2 tries, again on" in shown
    )
    found = check_emails(now)
    assert found.state == "wrong" and "3 facts" in found.finding and path.rpartition("/")[2] in found.finding
    later = now + TELL_WITHIN + timedelta(minutes=1)
    run_once(later)
    assert set(NotTold.objects.values_list("tries", flat=True)) == {2}, "given up"
    assert "3 of them given up" in check_emails(later).finding


def test_a_fact_is_told_once_what_kept_it_from_being_told_is_mended(api: ApiClient) -> None:
    path = real_account(api)
    entry = broken_fact(path)
    now = datetime.now(UTC)
    with pytest.raises(ExceptionGroup):
        run_once(now)
    assert not Told.objects.filter(entry_id=entry).exists()
    member = Member.objects.get(account_id=path.rpartition("/")[2], role="admin")
    mend(entry, {"member": str(member.pk), "before": "admin", "after": "agent"})
    run_once(now + pause_after(0))
    assert Email.objects.get().address == email("admin")
    assert Told.objects.filter(entry_id=entry).exists() and not NotTold.objects.exists()


def mend(entry: UUID, data: dict[str, str]) -> None:
    """What no code may do: a fact is changed."""
    import json

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE history_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE history_entry SET data = %s WHERE id = %s", [json.dumps(data), entry])
        cursor.execute("ALTER TABLE history_entry ENABLE TRIGGER USER")
