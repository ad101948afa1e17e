"""Each thing that the API can say no with: its status and code, and its sentence in both languages.

`tests/refusals.py` says how to be told each, `refusals.toml` what is said. Nothing that was refused has changed anything.
"""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from django.test import Client

from api_client import ApiClient
from bursar.accounts.keys import create_key
from bursar.api.failures import FAILURES
from bursar.api.problems import codes
from bursar.core.policy.policy import Reason
from database_digest import database_digest, different, left_by
from problems import problems
from refusals import CALLS, Call, Worlds

pytestmark = pytest.mark.django_db(transaction=True)
FILE: Final = Path(__file__).with_suffix("").with_name("refusals.toml")
SAID: Final[dict[str, dict[str, Any]]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
NUMBER: Final = re.compile(r"\S+-\d{6}")
SPACE: Final = re.compile("[\xa0\u202f]")
ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def worlds(vendor: None) -> Worlds:
    return Worlds(ApiClient())


def test_every_refusal_says_what_was_expected_and_what_to_do_in_both_languages(worlds: Worlds) -> None:
    wrong = {}
    for name, ask in CALLS.items():
        call = ask(worlds)
        before = database_digest()
        said = told(worlds.api, call)
        changed = different(before, database_digest()) - left_by(said["code"])
        assert not changed, (name, changed)
        if said != SAID.get(name):
            wrong[name] = said
    assert not wrong, "\n".join(written(name, said) for name, said in wrong.items())


def test_every_problem_and_every_reason_has_its_row(vendor: None) -> None:
    told_by_the_api = {name.split()[0] for name in CALLS}
    assert set(SAID) == set(CALLS)
    named = {kind.__name__ for kind in problems() if not kind.__subclasses__()}
    assert named <= told_by_the_api | set(ELSEWHERE) <= {kind.__name__ for kind in problems()}
    reasons = {word for name in CALLS if name.startswith("Refused") for word in name.split()[1:]}
    assert {*Reason} <= reasons
    documented = {code for kinds in FAILURES.values() for kind in kinds for code in codes(kind)}
    assert documented - {"no_policy", "no_catalog", "too_slow"} <= {said["code"] for said in SAID.values()}


def test_without_a_policy_or_a_catalog_the_api_says_what_is_missing(vendor: None) -> None:
    key = create_key("tests", now=datetime.now(UTC))
    for name, where in (("NoPolicy", "/policy"), ("NoCatalog", "/catalog")):
        answer = Client().get(f"/api/v1{where}", headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["code"]) == (409, f"no_{where[1:]}"), name
        assert f"bursar {where[1:]} apply" in answer.json()["detail"], name


ELSEWHERE: Final = {
    "NoPolicy": "before anything was published; see above",
    "NoCatalog": "before anything was published; see above",
    "BadToml": "a file; test_documents.py",
    "NotReadable": "a file; test_documents.py",
    "BadLine": "the command line; test_arguments.py",
    "NoDatabase": "the command line; test_arguments.py",
    "PortInUse": "the command line; test_serve.py",
    "StillToCome": "the command line; test_bill.py",
    "FileThere": "the command line; test_backup.py",
    "NotWritten": "the command line; test_backup.py",
    "NewerBackup": "the command line; test_backup.py",
    "NotEmpty": "the command line; test_backup.py",
    "ProgramFailed": "the command line; test_backup.py",
    "BadLogForm": "a setting; test_logs.py",
    "Failed": "a fault of ours; test_logs.py",
    "NewerTables": "the command line; test_starting.py",
    "OlderTables": "the command line; test_starting.py",
    "PartFailed": "the command line; test_kills.py",
    "PartNotStarted": "the command line; test_starting.py",
    "ForgedEvent": "an event of a gateway; test_refunds.py",
    "LinkNotValid": "a page; test_pages.py",
    "InvitationNotValid": "a page; test_team.py",
    "AddressNotValid": "a page; test_own_address.py",
    "SessionNotValid": "a page; test_sign_in.py",
    "KeyReadsOnly": "another key; test_keys.py",
    "StillMember": "the command line; test_erasure.py",
    "StillStaff": "the command line; test_erasure.py",
    "NotCancelled": "the command line; test_erasure.py",
    "LastToManageStaff": "the desk; test_desk.py",
    "SandboxStaff": "the desk; test_desk.py",
    "BadMailAddress": "the settings; test_mail.py",
    "BadSetting": "the settings; test_setting.py",
    "BadJson": "a file, or a body that NotJson answers; test_told_plainly.py",
    "BadName": "the command line; test_told_plainly.py",
    "NotPrinted": "the command line; test_told_plainly.py",
    "RoundFailed": "the command line; test_told_plainly.py",
    "Pooled": "the command line, behind a pooler; test_pooler.py",
    "BadDatabaseAddress": "the settings; test_setting.py",
    "BadAddress": "the command line, where the API names the field; test_emails_that_fail.py",
    "NotFailed": "the desk; test_desk_emails.py",
    "KeyOfOneAccount": "another key; test_keys.py",
    "KeyForMembers": "another key; test_keys.py",
    "Unreadable": "a socket; test_socket.py",
    "TooSlow": "a socket; test_socket.py",
    "ReasonNeeded": "a page; test_request_pages.py",
    "BadCycle": "a guard of the core, behind NotCycle",
    "BadLength": "a guard of the core, behind NotLength",
    "NotAgreed": "a guard of the core, behind NoPrice",
    "EmptySpan": "a guard of the core",
    "BadAmount": "a guard of the core",
}
"""Who else can say it, and where that is tested."""


def told(api: ApiClient, call: Call) -> dict[str, Any]:
    """What is answered, in both languages; ids and numbers are not said twice alike."""
    sentences = {}
    for language in ("fr", "en"):
        headers = {"Accept-Language": language} | ({} if call.key else {"Authorization": "Bearer nothing"})
        answer = api.call(call.method, call.path, call.body, by=call.by, idempotency_key=call.once, **headers)
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["type"] == f"urn:bursar:{problem['code']}"
        sentences[language] = SPACE.sub(" ", NUMBER.sub("NUMBER", ID.sub("ID", problem["detail"])))
    return {"status": problem["status"], "code": problem["code"], "en": sentences["en"], "fr": sentences["fr"]}


def written(name: str, said: dict[str, Any]) -> str:
    """An entry of the file, to be read and kept."""
    lines = [f'["{name}"]', f"status = {said['status']}", f'code = "{said["code"]}"']
    return "\n".join([*lines, f"en = '''{said['en']}'''", f"fr = '''{said['fr']}'''", ""])
