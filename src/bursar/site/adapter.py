"""Connect the web server and Django: read a request whole before it gets a thread and a database connection.

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
_READ_MULTIPLE: Final = 16
"""A body is read up to so many times its limit: clients read an answer only after they have sent everything."""
_PART: Final = 65536
_CLOSE: Final = (b"connection", b"close")


@dataclass(frozen=True, slots=True)
class Answer:
    """Django's whole answer; a body that is made in parts becomes a file."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes | IO[bytes]

    def parts(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the body in parts, each with true if another follows."""
        if isinstance(self.body, bytes):
            yield self.body, False
            return
        with self.body as file:
            part = file.read(_PART)
            # Read one part ahead: the last one has to be marked as the last.
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
        environment, reusable = await self._read_request(scope, receive)
        answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, environment)
        headers = answer.headers if reusable else [*answer.headers, _CLOSE]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        for part, more in answer.parts():
            await send({"type": "http.response.body", "body": part, "more_body": more})

    async def _read_request(self, scope: Message, receive: Receive) -> tuple[Environ, bool]:
        """Return the environment of a request, and true if another can follow on the connection."""
        try:
            environment = environ(scope)
            chunked = "HTTP_TRANSFER_ENCODING" in environment
            announced = int(environment.get("CONTENT_LENGTH", 0))
            if not announced and not chunked:
                return environment, True
            body, size, reusable = await self._body(receive, announced)
        except Problem as problem:
            return refused(scope, problem), False
        # Of a body that is too large Django gets the size alone, and refuses it as the page or the API does.
        environment |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(size)}
        # The server forgets a Content-Length that comes after Transfer-Encoding, and such a connection is to be closed.
        return environment, reusable and not chunked

    async def _body(self, receive: Receive, announced: int) -> tuple[bytes, int, bool]:
        """Return a body, its size, and true if it was read to its end; an empty body if it is too large.

        Errors: TooSlow, and Unreadable for a body that breaks off.
        """
        most = self._most_bytes * _READ_MULTIPLE
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
                    # Beyond the limit it is counted and not kept: memory must not depend on what somebody sends.
                    if size <= self._most_bytes:
                        parts.append(message["body"])
        except TimeoutError:
            raise TooSlow(seconds=self._body_seconds) from None
        return b"".join(parts) if size <= self._most_bytes else b"", size, not more

    def _answer(self, environment: Environ) -> Answer:
        """Return Django's complete answer: a client that reads slowly keeps no thread."""
        headers: list[tuple[str, str]] = []

        def start(
            status: str, response_headers: list[tuple[str, str]], failure: object = None, /
        ) -> Callable[[bytes], object]:
            headers.extend(response_headers)
            return bytes  # WSGI wants a function to write with, which Django never calls

        response = self._handler(environment, start)
        try:
            if response.streaming:
                body: bytes | IO[bytes] = _spooled(cast(StreamingHttpResponse, response), self._most_bytes)
            else:
                body = cast(HttpResponse, response).content
        finally:
            response.close()
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return Answer(response.status_code, raw, body)


def _spooled(response: StreamingHttpResponse, most_bytes: int) -> IO[bytes]:
    """Return a file with all parts of a response; a small one stays in memory."""
    file = SpooledTemporaryFile(most_bytes)  # noqa: SIM115  # `Answer.parts` closes it
    for part in response:
        file.write(part)
    file.seek(0)
    return cast(IO[bytes], file)
