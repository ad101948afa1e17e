"""Logs and counters: lines of facts without any name, address, key, link or token."""

from bursar.logs.lines import BadLogForm, configuration, log, uncaught
from bursar.logs.request import new_request, note, noted, request_id

__all__ = ["BadLogForm", "configuration", "log", "new_request", "note", "noted", "request_id", "uncaught"]
