"""The accounts of the demo: their people, and what they ordered in the past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

AGENTS: Final = (
    ("Robin Vidal", "agent"),
    ("Sam Okafor", "agent"),
    ("Lena Brandt", "agent"),
    ("Noor Haddad", "light_agent"),
)


@dataclass(frozen=True)
class Life:
    """An account of the demo: its people, and its orders, each so many days before today.

    In its edits `span` and `until` are numbers of days after the day on which it is accepted.
    """

    name: str
    domain: str
    account_type: str
    currency: str
    locale: str
    people: Mapping[str, str]
    steps: Sequence[tuple[int, str, Sequence[dict[str, Any]]]] = ()
    token: str = ""
    tax_rate: str = "0.20"
    representative: tuple[str, str] | None = field(default=None)

    def email(self, name: str) -> str:
        """Return the address of a person."""
        # Letters with accents are dropped: mail servers need not accept them before the @.
        return f"{name.split()[0].lower()}@{self.domain}".encode("ascii", "ignore").decode()

    def everybody(self) -> list[tuple[str, str]]:
        """Return the name and role of each person, the owner first."""
        return [*((name, role) for role, name in self.people.items()), *AGENTS]


def add(product: str, plan: str, **more: Any) -> dict[str, Any]:
    """Return the edit that adds a product."""
    return {"edit": "add_product", "product": product, "plan": plan, **more}


def cycle(code: str) -> dict[str, Any]:
    """Return the edit that changes the billing cycle."""
    return {"edit": "change_cycle", "cycle": code}


def seats(product: str, number: int) -> dict[str, Any]:
    """Return the edit that sets seats."""
    return {"edit": "set_seats", "product": product, "seats": number}


CAMILLE: Final = ("Camille Roche", "camille.roche@vendor.example")
STAFF: Final = (
    (*CAMILLE, "sales"),
    ("Idris Bello", "idris.bello@vendor.example", "support"),
    ("Greta Lind", "greta.lind@vendor.example", "finance"),
    ("Paul Amsel", "paul.amsel@vendor.example", "admin"),
)
"""The vendor's staff, who act on sandbox accounts alone."""
LIVES: Final = (
    Life(
        "Northwind Bank",
        "northwind.example",
        "managed",
        "EUR",
        "en",
        {"owner": "Ingrid Solberg", "billing_admin": "Tomas Lindqvist", "admin": "Priya Raman"},
        (
            (
                160,
                "vendor",
                [
                    add("suite", "professional", seats=40, price="1080.00"),
                    cycle("annual"),
                    add("analytics", "professional", seats=10),
                ],
            ),
            (75, "vendor", [seats("suite", 46)]),
        ),
        representative=CAMILLE,
    ),
    Life(
        "Atelier Lumière",
        "lumiere.example",
        "online_assisted",
        "EUR",
        "fr",
        {"owner": "Claire Fontaine", "billing_admin": "Hugo Marchand", "admin": "Nadia Benali"},
        (
            (130, "vendor", [add("support", "professional", seats=25), cycle("annual_monthly")]),
            (64, "owner", [add("chat", "standard", seats=10)]),
            (20, "billing_admin", [seats("support", 28)]),
            (5, "owner", [{"edit": "add_temporary_seats", "product": "support", "seats": 4, "span": (2, 40)}]),
        ),
        representative=CAMILLE,
    ),
    Life(
        "Brightside Travel",
        "brightside.example",
        "self_service",
        "USD",
        "en",
        {"owner": "Maya Fernandez", "billing_admin": "Owen Clarke", "admin": "Jess Whitman"},
        (
            (100, "owner", [add("support", "growth", seats=12), add("voice", "standard", seats=5)]),
            (41, "billing_admin", [seats("support", 15), add("resolutions", "standard", units=3)]),
        ),
        token="ok",
        tax_rate="0",
    ),
    Life(
        "Cobalt Games",
        "cobalt.example",
        "self_service",
        "EUR",
        "en",
        {"owner": "Jonas Weber", "billing_admin": "Aiko Tanaka", "admin": "Luis Prieto"},
        (
            (
                88,
                "owner",
                [add("support", "enterprise", seats=30), add("quality", "standard", seats=8), cycle("annual")],
            ),
            (15, "owner", [seats("support", 24), {"edit": "remove_product", "product": "quality"}]),
            (9, "billing_admin", [cycle("annual_monthly")]),
        ),
        token="ok",
    ),
    Life(
        "Fresh Start Bakery",
        "freshstart.example",
        "self_service",
        "USD",
        "en",
        {"owner": "Rosa Bianchi", "billing_admin": "Eli Novak", "admin": "Mina Park"},
        tax_rate="0",
    ),
    Life(
        "Orchid Labs",
        "orchid.example",
        "self_service",
        "EUR",
        "en",
        {"owner": "Sofia Marin", "billing_admin": "Ben Adler", "admin": "Yuki Mori"},
        ((3, "vendor", [{"edit": "start_trial", "product": "support", "plan": "growth", "seats": 8, "until": 13}]),),
    ),
)
