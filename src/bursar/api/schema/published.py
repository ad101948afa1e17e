"""The answers about catalogs and policies that were published."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from bursar.core.messages.entry import CODE

Code = Annotated[str, Field(pattern=CODE, examples=["support"])]


class Catalog(BaseModel):
    """What is sold. The schema of `catalog.document`, by which catalogs are read, takes the place of this one."""


class Policy(BaseModel):
    """Who may change what. The schema of `policy.document`, by which policies are read, takes the place of this one."""


class Left(BaseModel):
    """An account that would be left without a type."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    name: str
    account_type: str


class Version(BaseModel):
    """The number of the version that is current now."""

    version: int


class RetiredItem(BaseModel):
    """A product and plan that is no longer sold in the currency and cycle of accounts that have it."""

    product: Code
    plan: Code
    accounts: int


class Retired(BaseModel):
    """What accounts have and the catalog no longer sells; they keep it."""

    accounts: int
    items: list[RetiredItem]


class CatalogVersion(Version):
    """The number of the version that is current now, and what is retired."""

    retired: Retired
