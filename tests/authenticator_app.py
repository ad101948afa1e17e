"""The app that shows codes for signing in."""

import time
from typing import Final

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

LEAST_SECONDS: Final = 5
"""A code that ends sooner may be over by the time it is sent."""


def code(secret: str) -> str:
    """Return the code of now, or the next one where this one is about to end."""
    left = app_settings.TOTP_PERIOD - time.time() % app_settings.TOTP_PERIOD
    if left < LEAST_SECONDS:
        time.sleep(left)
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))
