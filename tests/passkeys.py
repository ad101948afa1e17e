"""A device with a passkey, played without a browser: it signs what it is asked to, with any counter."""

import json
from secrets import token_bytes
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from bursar.identity.models import Person

HOST = "testserver"
FLAG = AuthenticatorData.FLAG


class Device:
    """One passkey, as an authenticator keeps it."""

    def __init__(self) -> None:
        self.key, self.id = ec.generate_private_key(ec.SECP256R1()), token_bytes(16)

    def registered(self, name: str) -> dict[str, Any]:
        """What the library keeps of the passkey."""
        key = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        public = AttestedCredentialData.create(Aaguid.NONE, self.id, key)
        data = AuthenticatorData.create(sha256(HOST.encode()), FLAG.UP | FLAG.UV | FLAG.AT, 0, public)
        client = CollectedClientData.create("webauthn.create", b"any", f"http://{HOST}")
        response = {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        }
        credential = {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key"}
        return {"name": name, "credential": {**credential, "response": response, "clientExtensionResults": {}}}

    def sign_in(self, client: Client, person: Person, *, counter: int) -> Any:
        """Sign in by the passkey alone."""
        asked = client.get("/sign-in/passkey", headers={"X-Requested-With": "XMLHttpRequest"}).json()
        challenge = asked["request_options"]["publicKey"]["challenge"]
        return client.post("/sign-in/passkey", {"credential": self._signed(challenge, counter, person)})

    def second_factor(self, client: Client, *, counter: int) -> Any:
        """Prove the passkey after a password."""
        client.get("/sign-in/second-factor")
        challenge = client.session["mfa.webauthn.state"]["challenge"]
        return client.post("/sign-in/second-factor", {"credential": self._signed(challenge, counter)})

    def _signed(self, challenge: str, counter: int, person: Person | None = None) -> str:
        data = AuthenticatorData.create(sha256(HOST.encode()), FLAG.UP | FLAG.UV, counter)
        client = CollectedClientData.create("webauthn.get", challenge, f"http://{HOST}")
        response = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(self.key.sign(data + client.hash, ec.ECDSA(SHA256()))),
            "userHandle": websafe_encode(user_pk_to_url_str(person).encode()) if person else None,
        }
        credential = {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key"}
        return json.dumps({**credential, "response": response, "clientExtensionResults": {}})
