"""The application as the web server of `bursar serve` loads it, in a process of its own."""

import gc
import signal
from typing import TYPE_CHECKING, Final

from bursar.postgres.orphans import end_with_parent

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

    from bursar.site.adapter import Adapter

GARBAGE_AFTER: Final = 50_000


def application() -> "Adapter":
    """The application, in a process that ends with the server that made it, also while this still loads."""
    # Until it serves, the process has its parent's handlers, which take note of a signal and do nothing.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(signal.SIGTERM)
    from bursar.site.wsgi import application as handler

    loaded = _adapted(handler)
    # What is loaded stays. What a page makes goes by counting; looking for circles all the time costs a fifth of it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
    return loaded


def _adapted(handler: "WSGIHandler") -> "Adapter":
    """The adapter around a handler; it can be imported once Django has read its settings."""
    from django.conf import settings

    from bursar.site.adapter import Adapter

    most, seconds = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.BODY_SECONDS
    return Adapter(handler, most_bytes=most, body_seconds=seconds)
