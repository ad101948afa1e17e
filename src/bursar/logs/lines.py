"""Write log lines: text for a terminal, JSON for programs.

Our own lines have facts beside them: ids, codes, numbers. A message of a library may quote what somebody typed, so only
the library and the place in it are written.
"""

import logging
import sys
from types import TracebackType
from typing import Any, Final

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

from bursar.core.messages.problem import Invalid
from bursar.logs.trace import trace

FORMS: Final = ("text", "json")
SILENT: Final = ("django.request", "django.server", "django.security", "granian.access")
"""Loggers that write a line for each request too, with its address, which may hold the secret of a link."""


class BadLogForm(Invalid):
    """BURSAR_LOG is {form!r}: expected text, or json for programs that collect logs."""

    code = "bad_log_form"


def _add_trace(_: object, __: str, line: EventDict) -> EventDict:
    """Put the trace of an exception in place of the exception."""
    exception_info = line.pop("exc_info", None)
    # Python's logging takes three forms: True for the exception being handled, the exception, or a tuple about it.
    if exception_info is True:
        exception_info = sys.exc_info()
    error = exception_info[1] if isinstance(exception_info, tuple) else exception_info
    if isinstance(error, BaseException):
        line["exception"] = trace(error)
    return line


def _hide_message(_: object, __: str, line: EventDict) -> EventDict:
    """Replace the message of a library by its logger and its place."""
    record: logging.LogRecord = line["_record"]
    line["event"] = "a library said something"
    line["logger"] = record.name
    line["place"] = f"{record.module}:{record.lineno}"
    return line


_STAMPS: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
log: Final[structlog.stdlib.BoundLogger] = structlog.wrap_logger(
    logging.getLogger("bursar"),
    processors=[structlog.stdlib.filter_by_level, *_STAMPS, ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
"""Bursar's own logger: `log.info("what happened", account=…)`, with ids, codes and numbers alone."""


def server_formatter() -> logging.Formatter:
    """Return the formatter of the web server's own process, which tells that its workers end and start."""
    return ProcessorFormatter(
        foreign_pre_chain=[*_STAMPS, structlog.stdlib.add_logger_name],
        processors=[ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )


def uncaught(kind: type[BaseException], error: BaseException, place: TracebackType | None) -> None:
    """Log the exception that ends this process; `sys.excepthook` is set to it."""
    # Ctrl-C is no failure.
    if isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, place)
    else:
        log.critical("a process ended by an exception", exc_info=error)


def configuration(form: str) -> dict[str, Any]:
    """Return the configuration of logging for Django. Errors: BadLogForm."""
    if form not in FORMS:
        raise BadLogForm(form=form[:20])
    # The trace is text already; the renderer's own way of showing exceptions shows their messages too.
    text = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    rendered: Processor = structlog.processors.JSONRenderer() if form == "json" else text
    formatter = {
        "()": ProcessorFormatter,
        "foreign_pre_chain": [*_STAMPS, _hide_message],
        "processors": [_add_trace, ProcessorFormatter.remove_processors_meta, rendered],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "bursar": {"level": "INFO"},
            # Django hangs handlers of its own here, one of which would write an email to administrators.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "_granian": {"handlers": [], "level": "WARNING", "propagate": True},
            **{name: {"handlers": [], "level": logging.CRITICAL + 1, "propagate": False} for name in SILENT},
        },
    }
