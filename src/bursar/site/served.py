"""The application as the web server of `bursar serve` loads it, in a process of its own."""

import gc
import signal
from typing import TYPE_CHECKING, Final

from bursar.postgres.orphans import end_with_parent

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

    from bursar.site.adapter import Adapter

GARBAGE_AFTER: Final = 50_000
"""New objects until Python looks for circles among them. Its own number is much smaller."""


def application() -> "Adapter":
    """Return the application, in a process that ends with its server, also while it still loads."""
    # Until it serves, the process has its parent's handlers, which only note a signal.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(signal.SIGTERM)
    from bursar.site.wsgi import application as handler

    loaded = _adapted(handler)
    # Loaded code stays for good, and almost all objects of a page go when nothing refers to them. Looking for circles
    # all the time costs a fifth of the processor time of a page.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
    return loaded


def _adapted(handler: "WSGIHandler") -> "Adapter":
    """Return the adapter around a handler; it can be imported once Django has read its settings."""
    from django.conf import settings

    from bursar.site.adapter import Adapter

    most, seconds = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.BODY_SECONDS
    return Adapter(handler, most_bytes=most, body_seconds=seconds)
