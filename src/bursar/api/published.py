"""What a catalog and a policy look like as JSON: what is sent to be published, and what is answered."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from bursar.core.capability import MATRIX, ROLES, STAFF_ROLES
from bursar.core.document import MOST_TEXT
from bursar.core.field import MOST_SEATS
from bursar.core.text import Name
from bursar.policy.document import TIMED

Code = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,62}$", examples=["support"])]
Word = Annotated[str, Field(min_length=1, max_length=MOST_TEXT, pattern=r"\S")]
Capability = Annotated[str, Field(examples=list(MATRIX))]

_SEES: Final = ["view_subscription", "view_invoices", "pay_invoice"]
_POLICY: Final[dict[str, Any]] = {
    "account_types": [
        {"code": "managed", "name": {"en": "managed account"}, "shows_costs": False, "capabilities": ["add_seats"]}
    ],
    "roles": [
        {"code": role, "name": {"en": role}, "allowed": ["add_seats", *_SEES] if role == "owner" else []}
        for role in ROLES
    ],
    "states": {"suspended": _SEES, "cancelled": _SEES},
    "timing": {capability: {"effect": "end_of_term", "credit": False} for capability in TIMED},
    "proration": "by_day",
    "quote_hours": 24,
    "attempt_minutes": 60,
    "invoice_due_days": 30,
    "request_days": 30,
    "reminder_days": 7,
    "renewal_notice_days": 14,
    "trial_notice_days": 3,
    "credit": {"managed": {"invoice_terms": True, "limit": "10000.00"}},
    "ceilings": {"ask": {"seats": 10_000}, "refuse": {"seats": 100_000}},
    "staff": [
        {"code": role, "name": {"en": role}, "allowed": [*_SEES, "manage_staff"] if role == "admin" else _SEES}
        for role in STAFF_ROLES
    ],
}


class Entry(BaseModel):
    """A table without unknown entries."""

    model_config = ConfigDict(extra="forbid")


class AccountType(Entry):
    """A kind of account, and what it may change online."""

    code: Code
    name: Name
    shows_costs: bool
    capabilities: list[Capability]


class Role(Entry):
    """What a member may do where the account's type allows it."""

    code: Literal["owner", "billing_admin", "admin", "agent", "light_agent"]
    name: Name
    allowed: list[Capability]
    by_request: list[Capability] = []


class StaffRole(Entry):
    """What people of the vendor's staff may do at the desk."""

    code: Literal["support", "sales", "finance", "admin"]
    name: Name
    allowed: list[Capability]


class States(Entry):
    """What people may still do while an account is suspended or cancelled."""

    suspended: list[Capability]
    cancelled: list[Capability]


class Timing(Entry):
    """When a change takes effect, and whether days that were paid are given back."""

    effect: Literal["now", "end_of_period", "end_of_term"]
    credit: bool


class Timings(Entry):
    """When each kind of change takes effect."""

    add_seats: Timing
    add_products: Timing
    upgrade_plan: Timing
    remove_seats: Timing
    remove_products: Timing
    downgrade_plan: Timing
    change_billing_cycle: Timing
    cancel_account: Timing


class RoleLimit(Entry):
    """How far a role may let an account grow by itself within one billing period."""

    seats: int | SkipJsonSchema[None] = Field(None, ge=0, le=MOST_SEATS)
    amounts: dict[str, str] = Field({}, examples=[{"EUR": "500.00"}])


class Limits(Entry):
    """By role; the owner has none."""

    billing_admin: RoleLimit | SkipJsonSchema[None] = None
    admin: RoleLimit | SkipJsonSchema[None] = None
    agent: RoleLimit | SkipJsonSchema[None] = None
    light_agent: RoleLimit | SkipJsonSchema[None] = None


class CreditTerms(Entry):
    """Whether accounts of a type may buy on invoice terms, and the most that each may owe, open and not billed yet."""

    invoice_terms: bool
    limit: str | SkipJsonSchema[None] = Field(None, description="In any currency.", examples=["10000.00"])
    limits: dict[str, str] = Field({}, description="By currency, in place of it.", examples=[{"JPY": "1500000"}])


class Ceilings(Entry):
    """How much a member may add in one change before confirming it, and at all."""

    ask: RoleLimit | SkipJsonSchema[None] = None
    refuse: RoleLimit | SkipJsonSchema[None] = None


class Policy(Entry):
    """Who may change what, on which kind of account, and from when."""

    model_config = ConfigDict(json_schema_extra={"examples": [_POLICY]})

    account_types: list[AccountType] = Field(min_length=1)
    roles: list[Role] = Field(description="Every role, once.", min_length=5, max_length=5)
    states: States
    timing: Timings
    proration: Literal["by_day", "fixed_30", "none"]
    same_day_undo: bool = False
    cut_periods: Literal["days", "whole"] = "days"
    quote_hours: int = Field(ge=1, le=8784)
    attempt_minutes: int = Field(ge=1, le=10080)
    invoice_due_days: int = Field(ge=0, le=366)
    request_days: int = Field(30, ge=1, le=366)
    reminder_days: int = Field(7, ge=0, le=366)
    renewal_notice_days: int = Field(14, ge=0, le=366)
    trial_notice_days: int = Field(3, ge=0, le=366)
    limits: Limits = Limits()
    credit: dict[Code, CreditTerms] = Field({}, description="By account type; one that is not named has no limit.")
    ceilings: Ceilings = Ceilings()
    staff: list[StaffRole] | SkipJsonSchema[None] = Field(
        None, description="Every role of the staff, once.", min_length=4, max_length=4
    )


class NewPolicy(Policy):
    """A policy to be published, with what becomes of accounts whose type it no longer has."""

    replaces: dict[Code, Code] = Field(
        {},
        description="By account types that are gone: the type that their accounts have from now on.",
        examples=[{"partner": "managed"}],
    )


class Left(Entry):
    """An account that would be left without a type."""

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
