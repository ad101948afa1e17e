"""The two sides of the matrix: kinds of account, and the roles of people."""

from dataclasses import dataclass

from bursar.core.text import Text


@dataclass(frozen=True, slots=True)
class AccountType:
    """A kind of account: what it may change online, and whether its standing costs show."""

    code: str
    name: Text
    capabilities: frozenset[str]
    shows_costs: bool


@dataclass(frozen=True, slots=True)
class Role:
    """What a member may do, and what only by asking somebody in the account who may."""

    code: str
    name: Text
    allowed: frozenset[str]
    by_request: frozenset[str] = frozenset()
