"""What was once asked of the history is asked of rows, and the upgrade carries over what those rows must say."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

import factory
from api_client import ApiClient
from bursar.accounts.models import SentInvitation
from bursar.subscriptions.models import Quote, Request
from factory import NOW, TODAY

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("subscriptions", "0004_requests_overtaken"), ("accounts", "0015_session_digests")]


@pytest.fixture
def go_back(vendor: None) -> Iterator[Callable[[], Any]]:
    """Bring the tables back to what they were, and return the models of then; afterwards they are those of today."""
    ApiClient()

    def back() -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate(BEFORE)
        return executor.loader.project_state(BEFORE).apps

    try:
        yield back
    finally:
        upgrade()


def upgrade() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def quoted(before: Any, account: Any) -> Any:
    when = {"on": TODAY, "created_at": NOW, "expires_at": NOW + timedelta(days=1)}
    own = {"actor_kind": "vendor", "edits": [], "outcome": "allowed", "content": {}, "digest": "d"}
    return before.get_model("subscriptions", "Quote").objects.create(
        account_id=account.id, catalog_version=1, policy_version=1, **own, **when
    )


def test_a_quote_has_the_account_type_of_when_it_was_made(go_back: Callable[[], Any]) -> None:
    account = factory.account(account_type="self_service")
    before = go_back()
    first = quoted(before, account)
    for earlier, later in (("managed", "online_assisted"), ("online_assisted", "self_service")):
        factory.entry(
            account, kind="account_altered", data={"fields": ["account_type"], "before": earlier, "after": later}
        )
    factory.entry(account, kind="account_altered", data={"fields": ["name"]})
    last = quoted(before, account)
    upgrade()
    found = dict(Quote.objects.values_list("id", "account_type"))
    assert (found[first.id], found[last.id]) == ("managed", "self_service")


def test_reviewers_who_were_reminded_of_an_open_request_are_not_reminded_again(go_back: Callable[[], Any]) -> None:
    account, made = factory.account(), []
    members = {other: factory.member(other) for other in (account, factory.account())}
    before = go_back()
    for other, member in members.items():
        when = {"created_at": NOW, "expires_at": NOW + timedelta(days=30)}
        request = before.get_model("subscriptions", "Request").objects.create(
            account_id=other.id, quote_id=quoted(before, other).id, member_id=member.id, state="open", **when
        )
        made.append(request.id)
    factory.entry(account, kind="request_reminded", actor_kind="system", data={"request": str(made[0])})
    upgrade()
    found = dict(Request.objects.values_list("id", "reminded_at"))
    assert (found[made[0]], found[made[1]]) == (NOW, None)


def test_invitations_of_the_last_hour_still_count(go_back: Callable[[], Any]) -> None:
    account, now = factory.account(), datetime.now(UTC)
    member = factory.member(account)
    go_back()
    by: Any = {"kind": "member_added", "actor_kind": "member", "actor_id": member.id}
    factory.entry(account, **by, recorded_at=now - timedelta(hours=2))
    counted = factory.entry(account, **by, recorded_at=now - timedelta(minutes=5))
    factory.entry(account, kind="member_invited", actor_kind="vendor", recorded_at=now)
    upgrade()
    assert list(SentInvitation.objects.values_list("account_id", "sent_at")) == [(account.id, counted.recorded_at)]
