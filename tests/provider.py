"""An identity provider of a vendor that speaks OpenID Connect on loopback, for tests: everybody is who they say."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "bursar"


@dataclass
class IdentityProvider:
    """Where the provider is, what it says of whoever comes, and what it was asked.

    `told` changes what its id token says beside the claims, `userinfo` what its other answer says; None leaves one out.
    """

    claims: dict[str, Any]
    address: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def visit(self, away: str) -> str:
        """Return where at Bursar the browser goes on that was sent to this address of the provider."""
        there = urlsplit(away)
        assert f"{there.scheme}://{there.netloc}" == self.address
        connection = HTTPConnection(there.netloc)
        connection.request("GET", f"{there.path}?{there.query}")
        following = urlsplit(connection.getresponse().headers["Location"])
        connection.close()
        return f"{following.path}?{following.query}"

    def settings(self) -> dict[str, Any]:
        """Return SOCIALACCOUNT_PROVIDERS with this provider."""
        app = {"provider_id": "sso", "name": "Vendor", "client_id": CLIENT, "secret": "s"}
        apps = [{**app, "settings": {"server_url": self.address}}]
        return {"openid_connect": {"APPS": apps, "OAUTH_PKCE_ENABLED": True}}


@contextmanager
def provider(claims: dict[str, Any]) -> Iterator[IdentityProvider]:
    """A provider that says these claims of whoever comes."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    state = IdentityProvider(claims)

    class Provider(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here = f"http://{self.headers['Host']}"
            where = urlsplit(self.path)
            if where.path == "/.well-known/openid-configuration":
                ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "me"}
                ends = {name: f"{here}/{path}" for name, path in ends.items()}
                self.say({"issuer": here, "jwks_uri": f"{here}/keys", **ends})
            elif where.path == "/authorize":
                asked = {name: values[-1] for name, values in parse_qs(where.query).items()}
                back = {"code": f"fine.{asked.get('nonce', '')}", "state": asked["state"]}
                self.send_response(302)
                self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
                self.end_headers()
            elif where.path == "/me":
                good = self.headers["Authorization"] == "Bearer good"
                self.say(without_none({**state.claims, **state.userinfo}) if good else {})

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            state.asked.append(form)
            fine, _, nonce = form.get("code", [""])[0].partition(".")
            now = int(time())
            body = {"iss": f"http://{self.headers['Host']}", "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce}
            told = jwt.encode(without_none({**body, **state.claims, **state.told}), key, algorithm="RS256")
            answer = {"access_token": "good", "token_type": "Bearer", "id_token": told}
            if "id_token" in state.told:
                del answer["id_token"]
            self.say(answer if fine == "fine" and "code_verifier" in form else {"error": "no"})

        def say(self, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        state.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def without_none(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}
