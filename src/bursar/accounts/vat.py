"""VAT ids: their form and check digits, by the rules of the country that they name."""

from typing import Final, Literal

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError
from stdnum.util import clean

VatIdCheck = Literal["good", "bad", "unknown"]
GREECE: Final = "EL"
"""VAT ids of Greece begin with the code of its language."""


def check_vat_id(vat_id: str) -> VatIdCheck:
    """Return good or bad by the rules of the country whose two letters begin the id; unknown if there are no rules.

    A good id may still be unregistered. Source: python-stdnum, which follows the countries' publications.
    """
    # People write ids with spaces, dots and slashes; invoices print them as they were typed.
    compact = clean(vat_id, " -./").upper()
    country = compact[:2]
    rules = get_cc_module("gr" if country == GREECE else country.lower(), "vat") if country.isalpha() else None
    if rules is None:
        return "unknown"
    try:
        rules.validate(compact)
    except ValidationError:
        return "bad"
    return "good"
