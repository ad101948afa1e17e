"""Keys of the vendor's programs: listed with their last use, and revoked at once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner

from bursar.accounts.keys import USED_AGAIN, create_key, key_id, keys
from bursar.cli import main
from door import Door

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_key_that_is_revoked_lets_nobody_in_any_more(vendor: None) -> None:
    door = Door()
    door.ok("GET", "/accounts")
    [row] = keys()
    listed = CliRunner().invoke(main, ["key", "list"]).output
    assert str(row.id) in listed and "tests: made" in listed and "last used" in listed and "revoked" not in listed
    assert CliRunner().invoke(main, ["key", "revoke", str(row.id)]).exit_code == 0
    assert door.call("GET", "/accounts").status_code == 401
    assert "revoked" in CliRunner().invoke(main, ["key", "list"]).output
    unknown = CliRunner().invoke(main, ["key", "revoke", str(uuid4())])
    assert unknown.exit_code != 0 and "no such key" in unknown.output


def test_the_use_of_a_key_is_written_down_once_an_hour(vendor: None) -> None:
    now = datetime.now(UTC)
    key = create_key("shop", now=now)
    for minutes, told in ((0, 0), (59, 0), (60, 60), (61, 60)):
        at = now + timedelta(minutes=minutes)
        assert key_id(key, now=at) == keys()[-1].id
        assert keys()[-1].last_used_at == now + timedelta(minutes=told)
    assert timedelta(hours=1) == USED_AGAIN
