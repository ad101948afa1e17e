"""The server as strangers meet it: bytes over a socket, odd headers, bodies that stop halfway, answers nobody reads."""

import json
from collections.abc import Iterator
from contextlib import suppress
from select import select
from typing import Final

import pytest

from wire import Answer, Wire, head, methods, read, received, serving

MOST: Final = 1_048_576
"""The most bytes of a body."""
ZOE: Final = b"Bursar-Actor: zo%C3%AB@kunde.example"
OWNER: Final = b"owner@kunde.example"
FIFTY: Final = {"edits": [{"edit": "set_seats", "product": "support", "seats": 50}]}
UNREADABLE: Final = {
    "an address in UTF-8": "Bursar-Actor: zoë@kunde.example".encode(),
    "an address in Latin-1": "Bursar-Actor: zoë@kunde.example".encode("latin-1"),
    "nothing": b"Bursar-Actor:",
    "spaces": b"Bursar-Actor:   \t ",
    "two addresses": b"Bursar-Actor: " + OWNER + b", zo%C3%AB@kunde.example",
    "two words": b"Bursar-Actor: owner @kunde.example",
    "half a character": b"Bursar-Actor: zo%C3@kunde.example",
    "a character that has no form": b"Bursar-Actor: %C3%28@kunde.example",
    "NUL": b"Bursar-Actor: %00" + OWNER,
    "a line's end": b"Bursar-Actor: " + OWNER + b"%0D%0ABursar-Actor: x",
    "a percent sign alone": b"Bursar-Actor: 100%@kunde.example",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Wire]:
    with serving() as wire:
        yield wire
        print(f"\n{wire.sent} requests over a socket")


@pytest.fixture
def wire(server: Wire) -> Iterator[Wire]:
    yield server
    server.close()


def seats(wire: Wire) -> int:
    subscription = wire.ok("GET", f"{wire.account}/subscription")
    return int(subscription["items"][0]["quantity"])


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_actor_who_cannot_be_read_is_refused_and_never_the_vendor(wire: Wire, name: str) -> None:
    tried = {
        "every account": wire.call("GET", "/accounts", UNREADABLE[name]),
        "a page for the owner": wire.call(
            "POST", f"{wire.account}/sessions", UNREADABLE[name], body={"actor": OWNER.decode()}
        ),
        "fifty seats": wire.call("POST", f"{wire.account}/changes", UNREADABLE[name], body=FIFTY),
        "what is had": wire.call("GET", f"{wire.account}/entitlements", UNREADABLE[name]),
        "the catalog": wire.call("GET", "/catalog", UNREADABLE[name]),
    }
    assert {what: (one.status, one.code) for what, one in tried.items()} == dict.fromkeys(tried, (400, "bad_actor"))
    assert seats(wire) == 5


@pytest.mark.parametrize("key", ["vendor", "members"])
def test_an_address_beyond_ascii_acts_as_its_member_when_percent_encoded(wire: Wire, key: str) -> None:
    mine = getattr(wire, key)
    assert wire.call("GET", f"{wire.account}/entitlements", ZOE, key=mine).status == 200
    refused = wire.call("POST", f"{wire.account}/changes", ZOE, key=mine, body=FIFTY)
    assert (refused.status, refused.code, refused.json()["reason"]) == (403, "refused", "role")
    assert (
        wire.call("POST", f"{wire.account}/changes", ZOE.replace(b"%C3%AB", b"%c3%8b"), key=mine, body=FIFTY).status
        == 403
    )


def test_a_header_with_an_underscore_never_counts_as_its_sister(wire: Wire) -> None:
    def refused(*lines: bytes) -> tuple[int, str]:
        answer = wire.call("POST", f"{wire.account}/changes", *lines, body=FIFTY)
        return answer.status, answer.code

    for sister in (b"Bursar_Actor: " + OWNER, b"Bursar_Actor:", b"bursar_actor: x", b"BURSAR_ACTOR: " + OWNER):
        assert refused(ZOE, sister) == refused(sister, ZOE) == (403, "refused"), sister
    alone = wire.call("GET", f"{wire.account}/entitlements", b"Bursar_Actor: " + OWNER, key=wire.members)
    assert (alone.status, alone.code) == (403, "key_for_members")
    assert wire.call("GET", "/catalog", b"If_None_Match: x", b"X_Forwarded_For: 1.1.1.1").status == 200
    french = wire.call("GET", "/nothing", b"Accept-Language: fr", b"Accept_Language: en").json()["detail"]
    assert "adresse" in french
    for sister in (
        b"Content_Length: 3",
        b"Content_Type: text/plain",
        b"Idempotency_Key:",
        b"Transfer_Encoding: chunked",
    ):
        quoted = wire.call("POST", f"{wire.account}/quotes", sister, b"Idempotency-Key: under", body=FIFTY)
        assert quoted.status == 201, (sister, quoted)


def test_a_header_that_decides_comes_once(wire: Wire) -> None:
    for line in (
        *(b"Authorization: Bearer " + wire.vendor.encode(), b"Host: localhost", b"Content-Type: application/json"),
        *(b"Cookie: sessionid=one", b"Origin: http://localhost", b"X-Forwarded-Proto: https", b"X-CSRFToken: x"),
        *(b"Bursar-Actor: " + OWNER, ZOE, b"Idempotency-Key: one", b"X-Forwarded-Host: localhost"),
    ):
        raw = head("GET", "/api/v1/catalog", line, line, keep=True, host=not line.startswith(b"Host"))
        answer = wire.answer(raw)
        assert (answer.status, answer.code) == (400, "unreadable"), line
        assert line.partition(b":")[0].decode().lower() in answer.json()["detail"].lower()
    mixed = wire.call("GET", f"{wire.account}/entitlements", ZOE, "Bursar-Actor: zoë@kunde.example".encode())
    assert (mixed.status, mixed.code) == (400, "unreadable")
    tag = wire.call("GET", f"{wire.account}/entitlements").headers["etag"].encode()
    assert (
        wire.call("GET", f"{wire.account}/entitlements", b'If-None-Match: "x"', b"If-None-Match: " + tag).status == 304
    )
    page = wire.answer(head("GET", "/", b"Cookie: a=1", b"Cookie: b=2"))
    assert page.status == 400 and page.headers["content-type"].startswith("text/plain")
    for idle in (head("GET", "/api/v1/openapi.json", host=False), head("GET", "/", b"Host:", host=False)):
        assert wire.answer(idle).status == 400


def chunked(wire: Wire, path: str, *chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    lines = (b"Authorization: Bearer " + wire.vendor.encode(), b"Content-Type: application/json")
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head("POST", f"/api/v1{path}", *lines, b"Transfer-Encoding: chunked") + body + end


def test_a_chunked_body_is_read_whole(wire: Wire) -> None:
    text = json.dumps(FIFTY).encode()
    assert wire.answer(chunked(wire, f"{wire.account}/quotes", text[:7], text[7:8], text[8:])).status == 201
    assert wire.answer(chunked(wire, f"{wire.account}/quotes", text, end=b"0\r\nX-More: 1\r\n\r\n")).status == 201
    for end in (b"zz\r\n", b"5\r\nab"):
        with wire.open(chunked(wire, f"{wire.account}/quotes", text, end=end)) as connection:
            connection.shutdown(1)
            assert {one.status for one in read(received(connection), "POST")} <= {400}


@pytest.mark.parametrize("first", ["length", "encoding"])
def test_a_body_of_two_lengths_smuggles_nothing(wire: Wire, first: str) -> None:
    hidden = head("GET", "/api/v1/openapi.json")
    both = [b"Content-Length: %d" % (5 + len(hidden)), b"Transfer-Encoding: chunked"]
    raw = head("POST", "/sign-in/link", *(both if first == "length" else both[::-1]), keep=True) + b"0\r\n\r\n" + hidden
    assert wire.answer(raw).status == 403


def refused_at_once(wire: Wire, raw: bytes) -> int:
    """The status of what may be refused before it is all sent."""
    with wire.open(b"") as connection:
        with suppress(OSError):
            connection.sendall(raw)
        return int(received(connection).split()[1])


def test_headers_and_bodies_that_are_too_large_are_refused(wire: Wire) -> None:
    for size in (40_000, 100_000, 1_000_000):
        for raw in (head("GET", "/", b"X-Long: " + b"x" * size), head("GET", "/" + "x" * size)):
            assert refused_at_once(wire, raw) in (400, 414, 431)
    assert refused_at_once(wire, head("GET", "/", *(b"X-%d: x" % number for number in range(200)))) == 431
    assert wire.answer(head("GET", "/", b"X-Long: " + b"x" * 20_000)).status == 200
    who = b"Authorization: Bearer " + wire.vendor.encode()
    path = f"/api/v1{wire.account}/quotes"
    for size in (MOST + 1, 3 * MOST):
        answer = wire.answer(head("POST", path, who, b"Content-Length: %d" % size) + b" " * size)
        assert (answer.status, answer.code) == (413, "too_large"), size
    answer = wire.answer(chunked(wire, f"{wire.account}/quotes", *[b" " * 65536] * 40))
    assert (answer.status, answer.code) == (413, "too_large")
    promised = wire.answer(head("POST", path, who, b"Content-Length: 10000000000") + b" " * 1000)
    assert (promised.status, promised.code) == (413, "too_large")
    full = json.dumps(FIFTY).encode().ljust(MOST)
    assert (
        wire.answer(
            head("POST", path, who, b"Content-Type: application/json", b"Content-Length: %d" % MOST) + full
        ).status
        == 201
    )


def test_an_encoded_slash_separates_nothing(wire: Wire) -> None:
    for path in ("/api%2Fv1/openapi.json", "/api/v1%2fopenapi.json", "/sign-in%2Flink", "/api/v1/accounts%2F"):
        assert wire.answer(head("GET", path)).status == 404, path
    seen = wire.call("GET", wire.account.replace("accounts/", "accounts%2F"))
    assert seen.status == 404
    assert wire.answer(head("GET", "/%61pi/v1/openapi.json")).status == 200
    for path in ("/%00", "/api/v1/%00", "/api/v1/%ff%fe", "/%ff", "/..%2f..%2fetc/passwd", "/../../etc/passwd", "*"):
        assert wire.answer(head("GET", path)).status in (400, 404), path


def test_head_answers_like_get_without_a_body_and_leaves_the_connection_whole(wire: Wire) -> None:
    for path in ("/api/v1/openapi.json", "/", "/static/look.css", "/nowhere"):
        sent = head("HEAD", path, keep=True) + head("GET", path)
        [short, long] = wire.answers(sent)
        assert (short.status, short.body) == (long.status, b""), path
        assert short.headers.get("content-length") in (None, long.headers["content-length"])


def test_requests_in_one_go_are_answered_in_order(wire: Wire) -> None:
    who = b"Authorization: Bearer " + wire.vendor.encode()
    text = json.dumps(FIFTY).encode()
    length = (b"Content-Type: application/json", b"Content-Length: %d" % len(text))
    one = head("POST", f"/api/v1{wire.account}/quotes", who, *length, keep=True) + text
    raw = one + head("GET", "/api/v1/accounts", who, ZOE, keep=True) + head("GET", "/api/v1/accounts", who)
    assert [answer.status for answer in wire.answers(raw)] == [201, 403, 200]
    assert methods(raw) == ["POST", "GET", "GET"]


def somebody_else(wire: Wire) -> Answer:
    """What another client gets from a page and from the API."""
    assert wire.answer(head("GET", "/")).status == 200
    return wire.call("GET", wire.account)


def test_senders_who_stop_halfway_keep_nobody_waiting_and_are_sent_away(wire: Wire) -> None:
    # Without that cookie a form is refused before it is read.
    form = (
        b"Content-Type: application/x-www-form-urlencoded",
        b"Content-Length: 1000",
        b"Cookie: csrftoken=" + 32 * b"a",
    )
    first = False
    for _ in range(10):
        halves = [wire.open(head("POST", "/sign-in/link", *form, keep=True) + b"email=") for _ in range(60)]
        assert [somebody_else(wire).status for _ in range(3)] == [200, 200, 200]
        # Others have their answers before any of the senders. A machine that stood still meanwhile may try again;
        # where threads wait for the senders, others come after them however often this is tried.
        if first := not select(halves, [], [], 0)[0]:
            break
    assert first
    for half in halves:
        [answer] = read(received(half), "POST")
        assert answer.status == 408 and b"did not arrive" in answer.body
    chunk = wire.open(chunked(wire, f"{wire.account}/quotes", b"{", end=b""))
    [slow] = read(received(chunk), "POST")
    assert (slow.status, slow.code) == (408, "too_slow")


def test_a_body_that_trickles_has_no_longer_than_one_that_stops(wire: Wire) -> None:
    who = b"Authorization: Bearer " + wire.vendor.encode()
    drip = wire.open(head("POST", f"/api/v1{wire.account}/quotes", who, b"Content-Length: 1000"))
    # If each byte gave it time anew, all of them but the last could be sent.
    sent, most = 0, 1000 - 1
    with suppress(OSError):
        while sent < most and not select([drip], [], [], 0.05)[0]:
            drip.sendall(b" ")
            sent += 1
    assert sent < most


def test_half_sent_headers_and_answers_nobody_reads_keep_nobody_waiting(wire: Wire) -> None:
    for _ in range(6):
        # Each process makes the document once.
        wire.answer(head("GET", "/api/v1/openapi.json"))
    for _ in range(60):
        wire.open(b"GET / HTTP/1.1\r\nHost: loc")
        wire.open(head("GET", "/api/v1/openapi.json", keep=True) * 2)
    # They wait for ever: whoever waits for them is not answered while a client is patient.
    assert [somebody_else(wire).status for _ in range(3)] == [200, 200, 200]


def test_what_is_no_request_is_refused_and_the_next_is_answered(wire: Wire) -> None:
    for raw in (
        *(b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"),
        *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", head("GET", "/", b"Bad Name: x"), head("GET", "/", b" folded: x")),
        *(head("POST", "/", b"Content-Length: -1"), head("POST", "/", b"Content-Length: 1", b"Content-Length: 2")),
    ):
        with wire.open(raw) as connection:
            connection.shutdown(1)
            found = received(connection)
        assert not found or 400 <= int(found.split()[1]) < 506, raw
    assert somebody_else(wire).status == 200
