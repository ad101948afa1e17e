"""What a message advises works, and ends no account: each way that it names is gone on an account of its own."""

import re
from copy import copy
from typing import Any, Final

import pytest

from advice import ADVICE, Way
from api_client import ApiClient
from problems import problems
from refusals import CALLS, Call, Worlds

pytestmark = pytest.mark.django_db(transaction=True)
ADVISES: Final = re.compile(r"[;:.] (?!There|The |It has|It does)[A-Za-z\"]")
"""A second clause, which says what to do; one that lists what there is does not."""


@pytest.fixture
def worlds(vendor: None) -> Worlds:
    return Worlds(ApiClient())


@pytest.mark.parametrize("name", sorted(ADVICE))
def test_what_a_message_advises_works_and_ends_no_account(worlds: Worlds, name: str) -> None:
    for way in ADVICE[name]:
        follow(copy(worlds), name, way)


def follow(worlds: Worlds, name: str, way: Way) -> None:
    """Be told, and do what was advised."""
    api, call = worlds.api, CALLS[name](worlds)
    told = send(api, call)
    assert told.status_code >= 400, name
    before = subscription(api, call)
    calls, after = way(worlds, call, told.json()), None
    assert calls
    for number, step in enumerate(calls):
        answer = send(api, step)
        assert answer.status_code < 300, (name, number, answer.status_code, answer.content)
        after = subscription(api, step)
        if after is not None:
            assert after["state"] != "cancelled", (name, number)
            assert "cancel" not in [one["edit"]["edit"] for one in after["scheduled"]], (name, number)
    # A trial may end on the way to what is bought; what there was before is there in the end.
    assert not (before and before["items"] and after) or after["items"], name


def send(api: ApiClient, call: Call) -> Any:
    headers = {} if call.key else {"Authorization": "Bearer nothing"}
    return api.call(call.method, call.path, call.body, by=call.by, idempotency_key=call.once, **headers)


def subscription(api: ApiClient, call: Call) -> Any:
    """What the account of a call has, if the call is about one."""
    account = re.match(r"/accounts/[0-9a-f-]{36}", call.path)
    return api.ok("GET", f"{account[0]}/subscription") if account else None


def test_every_message_that_advises_something_is_tried_or_named_here() -> None:
    advising = {kind.__name__ for kind in problems() if not kind.__subclasses__() and ADVISES.search(kind.template())}
    assert {*ADVICE, *NOT_TRIED} >= advising, sorted(advising - {*ADVICE, *NOT_TRIED})
    assert not {*ADVICE} & {*NOT_TRIED}
    assert {*NOT_TRIED} <= {kind.__name__ for kind in problems()}, "no longer a message"


NOT_TRIED: Final = {
    **dict.fromkeys(
        "BadAddress BadEdit BadMoment BadBody NotJson BadLogForm BadName BadMailAddress BadDatabaseAddress BadSetting".split(),
        "says what a value must be; what is right is accepted throughout the other tests",
    ),
    **dict.fromkeys(
        "BadToml BadJson NotTable NotList NotText NotCode NotWhole NotTrueOrFalse NotKnown UnknownEntry MissingEntry NotLimit "
        "NotCredit CeilingsCrossed NoAccountType NotAmount NoEntries OneMeasure NotSold NotCycle NotLength".split(),
        "says what an entry of a document must be; the documents of the demo are as it says",
    ),
    **dict.fromkeys(["UnknownEdit", "UnknownField"], "lists what there is"),
    **dict.fromkeys(
        "LivePerson NothingToTry NotVerified NotInvited NotWaiting TooManyInvitations Declined ReasonNeeded".split(),
        "says the rule or what is so, and nothing to do beside it",
    ),
    **dict.fromkeys(["NotFound", "NotFailed"], "asks to look once more, or to reload the page"),
    "NotAgreed": "a guard of the core, behind NoPrice",
    "ForgedEvent": "says what was not done",
    "SeatsCounted": "is done in the vendor's own product",
    **dict.fromkeys(["NoPolicy", "NoCatalog"], "every test begins by publishing them"),
    **dict.fromkeys(
        ["LastToManageStaff", "StaffLockedOut", "TypesInUse"], "of the desk; test_desk.py, test_publishing.py"
    ),
    **dict.fromkeys(
        "FileThere NotWritten NotPrinted RoundFailed NewerBackup NotEmpty NoDatabase NewerTables OlderTables PortInUse "
        "StillToCome Pooled".split(),
        "of the command line, about files, versions and machines; "
        "test_backup.py, test_pooler.py, test_starting.py, test_told_plainly.py",
    ),
    **dict.fromkeys(["StillMember", "StillStaff", "NotCancelled"], "of erasing, by the vendor; test_erasure.py"),
    **dict.fromkeys(
        "LinkNotValid InvitationNotValid AddressNotValid SessionNotValid".split(),
        "of signing in; test_sign_in.py, test_team.py, test_own_address.py",
    ),
    **dict.fromkeys(["KeyReadsOnly", "KeyOfOneAccount", "KeyForMembers"], "needs another key; test_keys.py"),
    **dict.fromkeys(["Failed", "Unreadable", "TooSlow"], "of a fault or a connection; test_logs.py, test_socket.py"),
}
"""Why what is advised is not done in this test."""
