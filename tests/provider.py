"""An identity provider of a vendor that speaks OpenID Connect on loopback, for tests: everybody is who they say."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "bursar"


@contextmanager
def provider(claims: dict[str, Any]) -> Iterator[str]:
    """The address of a provider that says these claims of whoever brings a code."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    asked: list[dict[str, list[str]]] = []

    class Provider(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here = f"http://{self.headers['Host']}"
            if self.path == "/.well-known/openid-configuration":
                ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "me"}
                ends = {name: f"{here}/{path}" for name, path in ends.items()}
                self.say({"issuer": here, "jwks_uri": f"{here}/keys", **ends})
            elif self.path == "/me":
                self.say(claims if self.headers["Authorization"] == "Bearer good" else {})

        def do_POST(self) -> None:
            asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            body = {"iss": f"http://{self.headers['Host']}", "aud": CLIENT, "iat": int(time()), "exp": int(time()) + 60}
            told = jwt.encode({**body, **claims}, key, algorithm="RS256")
            good = asked[-1].get("code") == ["fine"] and "code_verifier" in asked[-1]
            self.say({"access_token": "good", "token_type": "Bearer", "id_token": told} if good else {"error": "no"})

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
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
