"""Write log lines: text for a terminal, JSON for programs.

What we say ourselves has facts beside it: ids, codes, numbers. What a library says may quote what somebody typed, so
only who said it, and where, is written.
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
"""Loggers that repeat what the line of the request says, with its address as it was sent."""


class BadLogForm(Invalid):
    """BURSAR_LOG is {form!r}: expected text, or json for programs that collect logs."""

    code = "bad_log_form"


def _traced(_: object, __: str, line: EventDict) -> EventDict:
    """Put the trace of an exception in place of the exception."""
    given = line.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["exception"] = trace(error)
    return line


def _unquoted(_: object, __: str, line: EventDict) -> EventDict:
    """Replace what a library says by who says it and where."""
    record: logging.LogRecord = line["_record"]
    line["event"] = "a library said something"
    line["logger"] = record.name
    line["place"] = f"{record.module}:{record.lineno}"
    return line


_STAMPED: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
log: Final[structlog.stdlib.BoundLogger] = structlog.wrap_logger(
    logging.getLogger("bursar"),
    processors=[structlog.stdlib.filter_by_level, *_STAMPED, ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
"""Where Bursar itself writes: `log.info("what happened", account=…)`, with ids, codes and numbers alone."""


def of_the_server() -> logging.Formatter:
    """Return what makes lines of the web server's own process: that its workers end and start."""
    return ProcessorFormatter(
        foreign_pre_chain=[*_STAMPED, structlog.stdlib.add_logger_name],
        processors=[ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )


def uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """Write down the exception that ends this process; `sys.excepthook` is set to it."""
    if isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
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
        "foreign_pre_chain": [*_STAMPED, _unquoted],
        "processors": [_traced, ProcessorFormatter.remove_processors_meta, rendered],
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
