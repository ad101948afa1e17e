"""Addresses as they are printed."""

from bursar.core.billing.invoice import Address
from bursar.i18n.country import country_name


def address_lines(address: Address | None) -> list[str]:
    """Return the lines of an address: who, where, postal code and city together, and the country by its name."""
    if address is None:
        return []
    town = " ".join(filter(None, (address.get("postal_code"), address.get("city"))))
    first_lines = [part for name, part in address.parts if name not in ("postal_code", "city", "country")]
    return [line for line in (*first_lines, town, country_name(address.get("country"))) if line]
