"""Emails go out by a mail server or a provider, which this file plays on loopback; and what is refused says why."""

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from api_client import TEAM_10, ApiClient, email
from bursar.jobs.steps import run_once
from bursar.notices.mail import KEYS, BadMailAddress, mail_route, mail_settings
from bursar.notices.models import Email
from bursar.notices.sending import TRIES

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESSES = {
    "postmark": "postmark://s3cret",
    "sendgrid": "sendgrid://SG.s3cret.x-_1",
    "brevo": "brevo://s3cret",
    "mailgun": "mailgun://s3cret@mg.acme.example",
    "mailjet": "mailjet://s3cret:other",
}
ACCEPTED: dict[str, Any] = {
    "postmark": {
        "ErrorCode": 0,
        "Message": "OK",
        "MessageID": "1",
        "To": email("owner"),
        "SubmittedAt": "2026-01-01T00:00:00Z",
    },
    "sendgrid": {},
    "brevo": {"messageId": "<1@acme.example>"},
    "mailgun": {"id": "<1@acme.example>", "message": "Queued. Thank you."},
    "mailjet": {"Messages": [{"Status": "success", "To": [], "Cc": [], "Bcc": []}]},
}
"""What each provider answers to an email that it takes."""


@pytest.fixture
def account(vendor: None, settings: Any) -> str:
    """A real account whose owner and billing admin are to be told something."""
    settings.SENDS_MAIL = True
    api = ApiClient()
    path = api.account("managed", sandbox=False, today=None)
    api.take(path, TEAM_10)
    return path


@contextmanager
def provider(*answers: tuple[int, Any]) -> Iterator[tuple[str, list[tuple[Any, bytes]]]]:
    """A provider that answers so, one call after the other and the last to all that follow, and what it was sent."""
    calls: list[tuple[Any, bytes]] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = answers[min(len(calls), len(answers) - 1)]
            calls.append((self.headers, body))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", calls
        server.shutdown()


@contextmanager
def mail_server(refusal: str) -> Iterator[int]:
    """The port of a mail server that takes no recipient."""

    class Refusing(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                word = line[:4].upper()
                answer = {b"RCPT": refusal, b"QUIT": "221 gone"}.get(word, "250 well")
                self.wfile.write(f"{answer}\r\n".encode())
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def use(settings: Any, url: str) -> None:
    for name, value in mail_settings(url).items():
        setattr(settings, name, value)


def states() -> set[tuple[str, int, str]]:
    return set(Email.objects.values_list("state", "tries", "failure"))


@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
def test_every_provider_is_written_to_in_its_own_way(account: str, settings: Any) -> None:
    assert set(ADDRESSES) == set(ACCEPTED) == set(KEYS)
    run_once(datetime.now(UTC))
    for name, url in ADDRESSES.items():
        Email.objects.update(state="waiting", tries=0, sent_at=None)
        with provider((200, ACCEPTED[name])) as (address, calls):
            use(settings, f"{url}?api_url={address}")
            run_once(datetime.now(UTC))
        assert states() == {("sent", 1, "")}, name
        sent = b"".join(body for _, body in calls)
        assert len(calls) == 2 and email("owner").encode() in sent.replace(b"%40", b"@"), name
        assert b"Support" in sent, name


def test_a_provider_that_is_down_is_asked_again_and_its_last_answer_is_kept(account: str, settings: Any) -> None:
    now = datetime.now(UTC)
    with provider((503, {"Message": "Busy <now>"}), (503, {}), (200, ACCEPTED["postmark"])) as (address, _):
        use(settings, f"postmark://s3cret?api_url={address}")
        run_once(now)
        run_once(now)
        failed = Email.objects.get(failure__contains="Busy <now>")
        assert (failed.state, failed.tries) == ("waiting", 1) and "503" in failed.failure
        assert failed.due_at > now and "s3cret" not in failed.failure
        run_once(now + timedelta(days=1))
    assert states() == {("sent", 2, "")}
    Email.objects.update(state="waiting", sent_at=None, tries=TRIES - 1)
    run_once(now + timedelta(days=2))
    [(state, tries, reason)] = {(one, two, three[:13]) for one, two, three in states()}
    assert (state, tries, reason) == ("failed", TRIES, "Error posting"), "nobody answers any more"


def test_a_recipient_whom_the_provider_refuses_is_not_written_to_again(account: str, settings: Any) -> None:
    refused = (
        f"Found inactive addresses: {email('owner')}, {email('billing_admin')}.\nInactive recipients have bounced."
    )
    inactive = {"ErrorCode": 406, "Message": f"You tried to send to a recipient that is inactive.\n{refused}"}
    with provider((422, inactive)) as (address, calls):
        use(settings, f"postmark://s3cret?api_url={address}")
        for _ in range(3):
            run_once(datetime.now(UTC))
    assert len(calls) == 2
    [(state, tries, reason)] = states()
    assert (state, tries) == ("failed", 1) and "recipient that is inactive" in reason


@pytest.mark.parametrize(("refusal", "state"), [("550 No such user here", "failed"), ("450 Try later", "waiting")])
def test_a_mail_server_refuses_a_recipient_for_good_or_for_now(
    account: str, settings: Any, refusal: str, state: str
) -> None:
    with mail_server(refusal) as port:
        use(settings, f"smtp://127.0.0.1:{port}")
        for _ in range(2):
            run_once(datetime.now(UTC))
    assert states() == {(state, 1, refusal)}


def test_an_address_that_cannot_be_read_says_what_is_wrong_and_repeats_no_secret() -> None:
    for url, wrong in {
        "": "it is no address",
        "s3cret": "it is no address",
        "s3cret@mail.example:587": "it is no address",
        "smtp+tls://anna:s3cret@mail.example:abc": "it is no address",
        "smtp+tls://anna:s3cret@:587": "the host is missing",
        "pigeon://s3cret": "pigeon:// is no way to send emails",
        "postmark://": "the key is missing",
        "mailjet://s3cret": "the key is missing",
        "postmark://s3cret:s3cret": "has too many parts",
        "brevo://s3cret@acme.example": "something follows the key",
        "postmark://s3cret/more": "something follows the key",
        "postmark://abc#s3cret": "something follows the key",
        "sendgrid://s3cret?region=eu": "there is no option region",
    }.items():
        with pytest.raises(BadMailAddress) as caught:
            mail_settings(url)
        told = str(caught.value)
        assert wrong in told and "smtp+tls://user:password@host:587" in told and "s3cret" not in told, url
    for url, way in {
        **{url: name.title() for name, url in ADDRESSES.items()},
        "smtp://a:s3cret@m.example": "m.example",
    }.items():
        assert mail_route(url) == way
    assert mail_settings("smtp+tls://anna:p%40ss@mail.example:587")["EMAIL_HOST_PASSWORD"] == "p@ss"
