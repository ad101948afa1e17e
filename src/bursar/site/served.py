"""The application as the web server of `bursar serve` loads it, in a process of its own."""

import gc
import signal
from typing import TYPE_CHECKING, Final

from bursar.postgres.orphans import end_with_parent

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

GARBAGE_AFTER: Final = 50_000


def application() -> "WSGIHandler":
    """The application, in a process that ends with the server that made it, also while this still loads."""
    # Until it serves, the process has its parent's handlers, which take note of a signal and do nothing.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(signal.SIGTERM)
    from bursar.site.wsgi import application as loaded

    # What is loaded stays. What a page makes goes by counting; looking for circles all the time costs a fifth of it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
    return loaded
