"""Sessions of browsers, kept under a digest of the cookie: reading the table lets nobody in.

`session_key` is the digest everywhere: the library's list of a person's sessions keeps what a session calls its key.
"""

import hashlib
from contextvars import ContextVar
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as Store
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import get_random_string

SECRET_CHARACTERS: Final = 32
DIGEST_CHARACTERS: Final = 40
"""As many as the column of Django's table holds, so 160 bits of SHA-256."""
# The library opens a session anew by its key within a request, and what it opened then must still know its secret.
_secrets: ContextVar[dict[str, str]] = ContextVar("secrets of this request, by digest")


class SessionStore(Store):
    """A session, opened by the digest of its secret, or by the secret itself, which is shorter."""

    def __init__(self, session_key: str | None = None) -> None:
        by_secret = session_key is not None and len(session_key) == SECRET_CHARACTERS
        super().__init__(digest(session_key) if by_secret and session_key else session_key)

    @property
    def secret(self) -> str:
        """Return the secret in the browser's cookie; empty outside of its request."""
        return _secrets.get({}).get(self.session_key or "", "")

    def _get_new_session_key(self) -> str:
        while True:
            secret = get_random_string(SECRET_CHARACTERS, VALID_KEY_CHARS)
            key = digest(secret)
            if not self.exists(key):
                _secrets.get({})[key] = secret
                return key


class BrowserSessions(SessionMiddleware):
    """Middleware that opens the session of a cookie, and sends the cookie with its secret."""

    def process_request(self, request: HttpRequest) -> None:
        """Open the session of the request's cookie; whatever is sent is a secret, never a digest."""
        cookie_secret = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        _secrets.set({digest(cookie_secret): cookie_secret} if cookie_secret else {})
        request.session = SessionStore(digest(cookie_secret) if cookie_secret else None)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Save the session, and replace its digest in the cookie by the secret."""
        saved = super().process_response(request, response)  # type: ignore[arg-type]
        cookie = saved.cookies.get(settings.SESSION_COOKIE_NAME)
        # An empty cookie deletes the session in the browser and must stay empty.
        if cookie is not None and cookie.value and isinstance(request.session, SessionStore):
            saved.cookies[settings.SESSION_COOKIE_NAME] = request.session.secret
        return saved


def digest(secret: str) -> str:
    """Return the key of a session in the table."""
    # A cookie may hold any bytes; odd ones are a secret that opens nothing, not an error.
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()[:DIGEST_CHARACTERS]
