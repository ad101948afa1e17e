"""The gateways that are connected; the settings name each by its code and the path of its class."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from bursar.gateways.protocol import Gateway


def connected_gateways() -> tuple[str, ...]:
    """Return the codes of the gateways that are connected, in the order of the settings."""
    return tuple(settings.GATEWAYS)


def gateway(code: str) -> Gateway:
    """Return the gateway of a code. Errors: ImproperlyConfigured if it is not connected."""
    try:
        return _instance(settings.GATEWAYS[code])
    except KeyError:
        raise ImproperlyConfigured(
            f"the gateway {code!r} is not in GATEWAYS; keep it there until its last payment is finished"
        ) from None


# One instance a process, so that a gateway may keep a connection open between charges.
@cache
def _instance(path: str) -> Gateway:
    instance: Gateway = import_string(path)()
    return instance
