"""Schemas of the answers about published catalogs and policies."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from bursar.core.messages.entry import CODE

Code = Annotated[str, Field(pattern=CODE, examples=["support"])]


class Catalog(BaseModel):
    """The catalog in force. In the document, the schema that `catalog.document` reads takes the place of this one."""


class Policy(BaseModel):
    """The policy in force. In the document, the schema that `policy.document` reads takes the place of this one."""


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
    """Items that accounts keep although the catalog no longer sells them."""

    accounts: int
    items: list[RetiredItem]


class CatalogVersion(Version):
    """The number of the version that is current now, and what is retired."""

    retired: Retired
