"""Sentences about scheduled changes say what will be true on their day, on every page, in the history and in emails."""

from datetime import UTC, datetime

import pytest

from api_client import TEAM_10, ApiClient, email, seats, signed_in
from bursar.jobs.steps import run_once
from bursar.notices.models import Email
from pages import said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def thirty(api: ApiClient) -> tuple[str, str]:
    """An account with 30 seats from 1 January on, of which 24 are to stay from the renewal on; and that change's id."""
    path = api.account("self_service")
    api.take(path, {**TEAM_10, "seats": 30})
    [change] = api.take(path, seats(24), by=email("owner"))["changes"]
    return path, change["id"]


def test_what_stays_scheduled_is_measured_against_its_day_wherever_it_is_said(api: ApiClient) -> None:
    path, change = thirty(api)
    owner = signed_in(email("owner"))
    form = {"quantity_support": "33", f"about_{change}": "keep"}
    assert "Stays scheduled: Support: 33 → 24 seats, 9 fewer" in said(owner.post(f"{path}/manage/preview", form))
    sent = owner.post(f"{path}/manage", form)
    assert "Stays scheduled: Support: 33 → 24 seats, 9 fewer" in said(owner.get(sent["Location"]))
    done = owner.post(f"{sent['Location']}/take")
    assert "Support: 30 → 33 seats, 3 more" in said(owner.get(done["Location"]))
    assert "Stays scheduled: Support: 33 → 24 seats, 9 fewer" in said(owner.get(done["Location"]))
    for page in ("subscription", "manage"):
        assert "Support: 33 → 24 seats, 9 fewer" in said(owner.get(f"{path}/{page}")), page
    undoing = owner.post(f"{path}/changes/{change}/undo")
    assert "Undo: Support: 33 → 24 seats, 9 fewer" in said(owner.get(undoing["Location"]))
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    run_once(datetime.now(UTC))
    told = [one.text for one in Email.objects.filter(account_id=path.rpartition("/")[2])]
    assert any("Support: 33 → 24 seats, 9 fewer" in one for one in told)
    assert not any("30 → 24 seats" in one for one in told if "renewed" in one)


def test_the_second_of_two_scheduled_changes_begins_where_the_first_ends(api: ApiClient) -> None:
    path = api.account("self_service")
    api.take(path, {**TEAM_10, "seats": 30})
    [first] = api.take(path, {**seats(40), "on": "2026-01-15"})["changes"]
    api.take(path, {**seats(24), "on": "renewal"}, {"edit": "keep", "change": first["id"]})
    owner = signed_in(email("owner"))
    for page in ("subscription", "history"):
        told = said(owner.get(f"{path}/{page}"))
        assert "Support: 30 → 40 seats, 10 more" in told, page
        assert "Support: 40 → 24 seats, 16 fewer" in told, page


def test_what_a_quote_said_stays_as_it_was_said_when_more_was_changed_since(api: ApiClient) -> None:
    path, change = thirty(api)
    owner = signed_in(email("owner"))
    sent = owner.post(f"{path}/manage", {"quantity_support": "33", f"about_{change}": "keep"})
    api.take(path, seats(31), {"edit": "keep", "change": change})
    moved = owner.post(f"{sent['Location']}/take")
    assert "instead_of" in moved["Location"]
    page = said(owner.get(moved["Location"]))
    assert "Support: 30 → 33 seats, 3 more" in page
    assert "Support: 31 → 33 seats, 2 more" in page


@pytest.mark.parametrize(
    ("edit", "ends"),
    [
        ({"edit": "cancel", "reason": ""}, "February 1, 2026"),
        ({"edit": "remove_product", "product": "support"}, "February 1, 2026"),
        ({"edit": "cancel", "reason": "", "on": "2026-01-20"}, "January 20, 2026"),
    ],
)
def test_the_timeline_of_an_account_that_ends_says_so_and_nothing_of_a_next_term(
    api: ApiClient, edit: dict[str, object], ends: str
) -> None:
    path = api.account("self_service")
    api.take(path, TEAM_10)
    before = said(signed_in(email("owner")).get(f"{path}/subscription"))
    assert "the next term begins" in before and "the account ends" not in before
    api.take(path, edit)
    after = said(signed_in(email("owner")).get(f"{path}/subscription"))
    assert f'{ends}</strong><span class="soft">the account ends' in after
    assert "the next term begins" not in after
    assert f"The account ends on {ends}." in after
