"""Rules that the database checks of an account at the end of each transaction."""

import pgtrigger

from bursar.columns.guard import AtCommit, Refuse, refusal

_NO_OWNER = """
IF NOT EXISTS (
    SELECT FROM accounts_member WHERE account_id = {account} AND role = 'owner' AND removed_at IS NULL
) THEN {refusal} END IF;
RETURN NULL;
"""


def _owned(account: str) -> str:
    return _NO_OWNER.format(account=account, refusal=refusal("owned", "an account has exactly one owner"))


# At the commit, because an account is inserted before its owner, and ownership is transferred by two updates.
ACCOUNT_OWNED = AtCommit(name="owned", operation=pgtrigger.Insert, func=_owned("NEW.id"))
OWNER_STAYS = AtCommit(name="owned", operation=pgtrigger.Update | pgtrigger.Delete, func=_owned("OLD.account_id"))
FIXED_AT_OPENING = Refuse(
    name="made_so",
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("sandbox", "seller"),
    message="whose customer an account is, and whether it is a sandbox, is chosen when it is made",
)
CLOCK_FORWARD = Refuse(
    name="clock_forward",
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(new__clock_at__lt=pgtrigger.F("old__clock_at")),
    message="a clock never moves backwards",
)
