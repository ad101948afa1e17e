"""A document says of its parties what it was issued with, and an address has one order."""

from bursar.core.billing.invoice import Address, read_address
from bursar.core.messages.text import Text
from bursar.core.subscription.catalog import Catalog, Plan, Product


def test_an_address_is_read_into_the_order_of_printing() -> None:
    scattered = {"city": "London", "line2": "Rear", "name": "Brightside", "country": "GB", "line1": "1 High St"}
    parts = read_address({**scattered, "postal_code": "SW1", "street": "Mews"}).parts
    assert [name for name, _ in parts] == ["name", "street", "line1", "line2", "postal_code", "city", "country"]
    assert dict(parts) == {**scattered, "postal_code": "SW1", "street": "Mews"}


def test_a_part_that_an_address_lacks_is_empty() -> None:
    assert read_address({}) == Address(())
    assert read_address({"name": "Acme"}).get("city") == ""
    assert read_address({"name": "Acme"}).get("name") == "Acme"


def named(name: Text, plan: Text) -> Catalog:
    plans = (Plan(code="team", name=plan, prices=()),)
    return Catalog(1, (Product(code="support", name=name, base=True, plans=plans),))


def test_what_is_sold_is_described_by_product_and_plan_in_each_language_that_names_one_of_them() -> None:
    assert named(Text("Help", "Aide"), Text("Team", "Équipe")).description("support", "team") == Text(
        "Help, Team", "Aide, Équipe"
    )
    assert named(Text("Help"), Text("Team", "Équipe")).description("support", "team") == Text(
        "Help, Team", "Help, Équipe"
    )
    assert named(Text("Help"), Text("Team")).description("support", "team") == Text("Help, Team")


def test_what_no_catalog_names_is_described_by_its_codes() -> None:
    catalog = named(Text("Help", "Aide"), Text("Team"))
    assert catalog.description("voice", "standard") == Text("voice, standard")
    assert catalog.description("support", "growth") == Text("Help, growth", "Aide, growth")
