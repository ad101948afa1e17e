"""Account types and roles, each with the capabilities that it allows."""

from dataclasses import dataclass
from typing import Annotated

from bursar.core.messages.entry import Code, Flag, OneOf, SomeOf, Table
from bursar.core.messages.problem import Invalid
from bursar.core.messages.text import Name
from bursar.core.policy.capability import CAPABILITIES, CHANGING, ROLES


class UnknownAccountType(Invalid):
    """There is no account type {account_type} in the policy. It has: {known}."""

    code = "unknown_account_type"


class UnknownRole(Invalid):
    """There is no role {role} in the policy. It has: {known}."""

    code = "unknown_role"


Capability = Annotated[str, OneOf(CAPABILITIES)]
Capabilities = Annotated[frozenset[str], SomeOf(Capability, CAPABILITIES)]


@dataclass(frozen=True, slots=True)
class AccountType(Table):
    """A kind of account: the capabilities that it has online, and if its members see costs."""

    code: Code
    name: Name
    capabilities: Capabilities
    shows_costs: Flag


@dataclass(frozen=True, slots=True)
class Role(Table):
    """The rights of a member within those of the account type: capabilities at once, and capabilities by request."""

    code: Annotated[str, OneOf(ROLES)]
    name: Name
    allowed: Capabilities
    by_request: Annotated[frozenset[str], SomeOf(Annotated[str, OneOf(CHANGING)], CHANGING)] = frozenset()
