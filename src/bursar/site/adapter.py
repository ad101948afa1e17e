"""Between the web server and Django: a request is read whole before a thread and a connection are given to it.

Source: docs/decisions/0027-server.md
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, cast

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, StreamingHttpResponse

from bursar.api.problems import TooSlow, Unreadable
from bursar.core.messages.problem import Problem, phrase
from bursar.site.environ import Environ, environ, refused

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

THREADS: Final = 4
"""How many requests a process works on at a time; each thread keeps its connection to the database."""
_READ_ON: Final = 16
"""How many times as much as is kept of a body is read at most, so that whoever sends too much gets to read why not."""
_PART: Final = 65536
_CLOSE: Final = (b"connection", b"close")


@dataclass(frozen=True, slots=True)
class Answer:
    """Return Django's whole answer; a body that is made in parts becomes a file."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | IO[bytes]

    def parts(self) -> Iterator[tuple[bytes, bool]]:
        """The body in parts, each with whether another follows."""
        if isinstance(self.body, bytes):
            yield self.body, False
            return
        with self.body as file:
            part = file.read(_PART)
            while following := file.read(_PART):
                yield part, True
                part = following
            yield part, False


class Adapter:
    """An ASGI application that gives complete requests to Django's WSGI handler, in threads of its own."""

    def __init__(self, handler: WSGIHandler, *, most_bytes: int, body_seconds: int) -> None:
        self._handler = handler
        self._most_bytes, self._body_seconds = most_bytes, body_seconds
        self._threads = ThreadPoolExecutor(THREADS, "request")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        asked, whole = await self._asked(scope, receive)
        answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, asked)
        headers = answer.headers if whole else [*answer.headers, _CLOSE]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        for part, more in answer.parts():
            await send({"type": "http.response.body", "body": part, "more_body": more})

    async def _asked(self, scope: Message, receive: Receive) -> tuple[Environ, bool]:
        """Return what Django is asked, and whether another request can follow on the connection."""
        try:
            asked = environ(scope)
            chunked = "HTTP_TRANSFER_ENCODING" in asked
            announced = int(asked.get("CONTENT_LENGTH", 0))
            if not announced and not chunked:
                return asked, True
            body, size, whole = await self._body(receive, announced)
        except Problem as why:
            return refused(scope, why), False
        # Of a body that is too large Django gets the size alone, and refuses that in the words of the place.
        asked |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(size)}
        # The server forgets a Content-Length that comes after Transfer-Encoding, and such a connection is to be closed.
        return asked, whole and not chunked

    async def _body(self, receive: Receive, announced: int) -> tuple[bytes, int, bool]:
        """Return a body, its size, and whether it was read to its end; nothing of one that is too large.

        Errors: TooSlow, and Unreadable for one that breaks off.
        """
        most = self._most_bytes * _READ_ON
        if announced > most:
            return b"", announced, False
        parts, size, more = list[bytes](), 0, True
        try:
            async with asyncio.timeout(self._body_seconds):
                while more and size <= most:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise Unreadable(why=phrase("its body breaks off"))
                    size, more = size + len(message["body"]), message["more_body"]
                    if size <= self._most_bytes:
                        parts.append(message["body"])
        except TimeoutError:
            raise TooSlow(seconds=self._body_seconds) from None
        return b"".join(parts) if size <= self._most_bytes else b"", size, not more

    def _answer(self, asked: Environ) -> Answer:
        """Return what Django answers. It is complete: whoever reads it slowly keeps no thread."""
        headers: list[tuple[str, str]] = []

        def start(status: str, said: list[tuple[str, str]], failure: object = None, /) -> Callable[[bytes], object]:
            headers.extend(said)
            return bytes  # what writes by itself; Django does not

        response = self._handler(asked, start)
        try:
            if response.streaming:
                body: bytes | IO[bytes] = _filed(cast(StreamingHttpResponse, response), self._most_bytes)
            else:
                body = cast(HttpResponse, response).content
        finally:
            response.close()
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return Answer(response.status_code, raw, body)


def _filed(response: StreamingHttpResponse, most_bytes: int) -> IO[bytes]:
    """Return a file with all that a response is made of; a small one stays in memory."""
    file = SpooledTemporaryFile(most_bytes)  # noqa: SIM115  # whoever sends it closes it
    for part in response:
        file.write(part)
    file.seek(0)
    return cast(IO[bytes], file)
