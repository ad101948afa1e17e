"""What is written down while Bursar works: lines of facts, in which no name, address, key, link or token stands."""

from bursar.logs.lines import BadLogForm, configuration, log, uncaught
from bursar.logs.request import during, note, noted, request_id

__all__ = ["BadLogForm", "configuration", "during", "log", "note", "noted", "request_id", "uncaught"]
