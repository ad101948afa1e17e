"""Whether a VAT id can be one: its form and check digits, as the country that it names defines them."""

from typing import Final, Literal

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError
from stdnum.util import clean

Check = Literal["good", "bad", "unknown"]
GREECE: Final = "EL"
"""VAT ids of Greece begin with the code of its language."""


def check(vat_id: str) -> Check:
    """Good or bad by the rules of the country whose two letters it begins with; unknown where there are none.

    It says nothing of whether the id is registered. Source: python-stdnum, which follows the countries' publications.
    """
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
