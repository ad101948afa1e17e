"""The two sides of the matrix: kinds of account, and the roles of people."""

from dataclasses import dataclass
from typing import Annotated

from bursar.core.messages.entry import Code, Flag, OneOf, SomeOf, Table
from bursar.core.messages.text import Name
from bursar.core.policy.capability import CAPABILITIES, CHANGING, ROLES

Capability = Annotated[str, OneOf(CAPABILITIES)]
Capabilities = Annotated[frozenset[str], SomeOf(Capability, CAPABILITIES)]


@dataclass(frozen=True, slots=True)
class AccountType(Table):
    """A kind of account: what it may change online, and whether its standing costs show."""

    code: Code
    name: Name
    capabilities: Capabilities
    shows_costs: Flag


@dataclass(frozen=True, slots=True)
class Role(Table):
    """What a member may do where the account's type allows it, and what only by asking somebody who may."""

    code: Annotated[str, OneOf(ROLES)]
    name: Name
    allowed: Capabilities
    by_request: Annotated[frozenset[str], SomeOf(Annotated[str, OneOf(CHANGING)], CHANGING)] = frozenset()
