"""Publish a policy, with what it changes for accounts and staff of the policy before."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from bursar.columns.statement import select
from bursar.core.events.account import AccountAltered
from bursar.core.policy.policy import Actor, Policy
from bursar.core.policy.publishing import MOST_NAMED, AccountWithoutType, StaffMember, check_staff, check_types
from bursar.history.actions import record_each
from bursar.identity.models import Staff
from bursar.policy import actions, queries
from bursar.policy.document import read, replacements


def publish_policy(document: object, *, by: str, actor: Actor, now: datetime) -> int:
    """Publish a policy and return its number; accounts of replaced types get the new types.

    Errors: BadDocument, its kinds; TypesInUse, StaffLockedOut.
    """
    return _publish(document, lambda: actions.publish(document, by=by, now=now), actor, now)


def apply_policy(document: object, *, file: str, by: str, actor: Actor, now: datetime) -> int:
    """Publish a file if it has changed, as `publish_policy` does; return the number of the current version."""
    return _publish(document, lambda: actions.apply(document, file=file, by=by, now=now), actor, now)


def check_policy(document: object, *, at: str = "") -> None:
    """Raise the error of publishing a document now, without publishing it. Errors: those of publishing it."""
    # In a transaction, because the check locks rows; nothing is written.
    with transaction.atomic():
        _check(_policy_before(), read(document, 1, at=at), replacements(document))


def accounts_without_type() -> tuple[list[AccountWithoutType], int]:
    """Return the first accounts of types that the current policy does not have, and their number. Errors: NoPolicy."""
    return _accounts_without_type(queries.current(), {})


def _publish(document: object, publish: Callable[[], int], actor: Actor, now: datetime) -> int:
    with transaction.atomic():
        # From here on no account is opened or altered under the policy before; see `queries.hold_current`.
        actions.lock()
        before, number = _policy_before(), publish()
        policy = queries.version(number)
        if before is None or number != before.version:
            _check(before, policy, replacements(document))
        _replace(policy, replacements(document), actor, now)
    return number


def _policy_before() -> Policy | None:
    try:
        return queries.current()
    except queries.NoPolicy:
        return None


def _check(before: Policy | None, after: Policy, replaced: Mapping[str, str]) -> None:
    # Locked: staff whom the new policy would lock out must not be appointed meanwhile.
    staff = Staff.objects.filter(ended_at=None, person__is_active=True).order_by("id").select_for_update(of=("self",))
    check_staff(before, after, [StaffMember(*row) for row in staff.values_list("person__name", "role", "sandbox")])
    check_types(*_accounts_without_type(after, replaced))


def _accounts_without_type(policy: Policy, replaced: Mapping[str, str]) -> tuple[list[AccountWithoutType], int]:
    rows = select(_WITHOUT_TYPE, known=[*policy.account_types, *replaced], most=MOST_NAMED)
    return [AccountWithoutType(*row[:3]) for row in rows], rows[0][3] if rows else 0


def _replace(policy: Policy, replaced: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Give accounts of removed types the types that replace them, and record it for each account."""
    removed = {before: after for before, after in replaced.items() if before not in policy.account_types}
    replaced_rows = select(_REPLACE, before=[*removed], after=[*removed.values()], now=now) if removed else []
    altered = (
        (account_id, on, actor, AccountAltered(fields=("account_type",), before=before, after=after))
        for account_id, on, before, after in replaced_rows
    )
    record_each(altered, now=now)


_WITHOUT_TYPE: Final = """
SELECT id, name, account_type, count(*) OVER () FROM accounts_account
WHERE account_type <> ALL(%(known)s) ORDER BY id LIMIT %(most)s
"""
_REPLACE: Final = """
UPDATE accounts_account AS account SET account_type = replaced.after
FROM unnest(%(before)s::text[], %(after)s::text[]) AS replaced (before, after)
WHERE account.account_type = replaced.before
RETURNING account.id, (coalesce(account.clock_at, %(now)s) AT TIME ZONE account.time_zone)::date,
    replaced.before, replaced.after
"""
