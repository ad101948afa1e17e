"""Calls that nobody wrote, right and wrong ones, made up from the OpenAPI document: each is answered as it says.

They go over HTTP to a server on a real database. Whatever is refused leaves every table as it was.
"""

from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from api_client import TEAM_10, ApiClient, email, seats
from bursar.api.failures import FAILURES
from database_digest import database_digest, different, left_by
from openapi_check import document

pytestmark = pytest.mark.django_db(transaction=True)
CHECKS: Final = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
QUIET: Final = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
SCHEMA: Final = schemathesis.openapi.from_dict(document())
OPERATIONS: Final = [operation.ok() for operation in SCHEMA.get_all_operations() if isinstance(operation, Ok)]


class World:
    """A server with an account that has something of everything, and how it is called."""

    def __init__(self, url: str) -> None:
        self.api = ApiClient()
        self.url = url
        path = self.api.account(tax_rate="0.20")
        first = self.api.take(path, TEAM_10)
        scheduled = self.api.take(path, seats(5), by=email("owner"))
        override = {"capability": "cancel_account", "grant": False, "reason": "call us"}
        made = self.api.ok("POST", f"{path}/overrides", override)
        members = {one["role"]: one["id"] for one in self.api.ok("GET", f"{path}/members")["items"]}
        self.api.ok(
            "POST", f"{path}/overrides", {"capability": "submit_requests", "grant": True, "reason": "as agreed"}
        )
        adding = {"edit": "add_product", "product": "voice", "plan": "standard", "seats": 2}
        asked = self.api.ok("POST", f"{path}/requests", {"edits": [adding]}, by=email("admin"))
        invoice = first["invoice"]["id"]
        pay = {"type": "card", "token": "needs_authentication"}
        came = {"amount": {"amount_minor": 100, "currency": "EUR"}}
        payment = self.api.ok("POST", f"{path}/payments", came)["id"]
        attempt = self.api.ok("POST", f"{path}/invoices/{invoice}/pay", pay)["id"]
        self.ids = {
            "account_id": path.rsplit("/", 1)[-1],
            "member_id": members["agent"],
            "override_id": made["id"],
            "change_id": scheduled["changes"][0]["id"],
            "invoice_id": invoice,
            "request_id": asked["id"],
            "product": "support",
            "attempt_id": attempt,
            "payment_id": payment,
        }

    def call(self, case: Any, by: str | None) -> None:
        """Send it, look at the answer, and at the database if it says no."""
        headers = {"Authorization": f"Bearer {self.api.key}"} | ({"Bursar-Actor": by} if by else {})
        before = database_digest()
        response = case.call(base_url=self.url, headers=headers)
        wrong = any(is_wrong(case, location) for location in (ParameterLocation.BODY, ParameterLocation.QUERY))
        case.validate_response(response, checks=[*CHECKS, *([checks.negative_data_rejection] if wrong else [])])
        if response.status_code >= 400:
            assert different(before, database_digest()) <= left_by(response.json()["code"]), case.as_curl_command()

    def known(self, case: Any) -> Any:
        """The same about things that exist."""
        case.path_parameters = {name: self.ids[name] for name in case.path_parameters or {}}
        return case


def is_wrong(case: Any, location: ParameterLocation) -> bool:
    """Whether the case was made to be wrong there; what its header and path say is replaced."""
    made = case.meta.components.get(location)
    return made is not None and made.mode.is_negative


@pytest.fixture
def world(vendor: None, live_server: Any) -> World:
    return World(live_server.url)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_made_up_calls_are_answered_as_the_document_says(world: World, mode: GenerationMode) -> None:
    assert len(OPERATIONS) == len(FAILURES)
    for operation in OPERATIONS:

        @QUIET
        @given(
            operation.as_strategy(generation_mode=mode),
            st.sampled_from([None, email("owner"), email("admin"), email("agent")]),
            st.sampled_from([True, True, True, False]),
        )
        def calls(case: Any, by: str | None, known: bool) -> None:
            world.call(world.known(case) if known else case, by)

        calls()
