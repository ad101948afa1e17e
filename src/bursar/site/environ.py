"""Turn a request of the web server into the environment that Django takes."""

import sys
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from bursar.api.problems import Unreadable
from bursar.core.messages.problem import Problem, phrase
from bursar.site.refusals import REFUSED

Environ = dict[str, Any]
Headers = dict[str, list[str]]

_SINGLE: Final = frozenset(
    {
        *("authorization", "bursar-actor", "content-length", "content-type", "cookie", "host", "idempotency-key"),
        *("origin", "referer", "x-csrftoken", "x-requested-with"),
        *("x-forwarded-host", "x-forwarded-port", "x-forwarded-proto"),
    }
)
"""Headers that decide who asks, for what or from where: sent twice, two programs may each read another of them.

Other headers that come twice are one list.

Source: RFC 9110, 5.3; RFC 6265, 5.4.
"""
_HARMLESS: Final = frozenset({"accept", "accept-language", "host", "user-agent"})
"""Headers that are kept of a refused request: enough to answer it in its language, and no cookie or key."""
_MOST_BYTES: Final = 32768
"""Half of what the web server reads, so that the refusal is ours and says what to do."""
_UNPREFIXED: Final = {"content-length": "CONTENT_LENGTH", "content-type": "CONTENT_TYPE"}


def environ(scope: Mapping[str, Any]) -> Environ:
    """Return the WSGI environment of an ASGI scope, with an empty body. Errors: Unreadable."""
    sizes = (len(name) + len(value) for name, value in scope["headers"])
    if sum(sizes, len(scope["raw_path"]) + len(scope["query_string"])) > _MOST_BYTES:
        raise Unreadable(why=phrase("its address and headers have more than {most} bytes", most=_MOST_BYTES))
    headers = _headers(scope)
    for name, values in headers.items():
        if name in _SINGLE and len(values) > 1:
            raise Unreadable(why=phrase("the header {name} is there more than once", name=name))
    # HTTP/1.0 knows no Host; every later version requires one. Source: RFC 9112, 3.2.
    if "host" not in headers and scope["http_version"] != "1":
        raise Unreadable(why=phrase("the header Host is missing or empty"))
    return _environ(scope, headers)


def refused(scope: Mapping[str, Any], problem: Problem) -> Environ:
    """Return the environment of a request that `site.refusals` answers with a problem."""
    harmless = {name: values for name, values in _headers(scope).items() if name in _HARMLESS and len(values) == 1}
    return {**_environ(scope, harmless), REFUSED: problem}


def _headers(scope: Mapping[str, Any]) -> Headers:
    """Return the values of each header.

    A header spelled with an underscore is left out: Django could not tell it from the one spelled with a dash. The
    server gives an empty Host for a missing one.
    """
    headers: Headers = {}
    for name, value in scope["headers"]:
        if b"_" not in name and (name, value) != (b"host", b""):
            headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return headers


def _environ(scope: Mapping[str, Any], headers: Headers) -> Environ:
    server, port = scope["server"]
    return {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": _path(scope["raw_path"][:_MOST_BYTES]),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": scope["client"][0],
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.0" if scope["http_version"] == "1" else f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **{_variable(name): ",".join(values) for name, values in headers.items()},
    }


def _path(raw: bytes) -> str:
    """Return the path without its percent-encoding, except for slashes: an encoded slash separates nothing."""
    return unquote_to_bytes(raw.replace(b"%2F", b"%252F").replace(b"%2f", b"%252f")).decode("latin-1")


def _variable(name: str) -> str:
    return _UNPREFIXED.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
