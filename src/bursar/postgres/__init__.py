"""A PostgreSQL of our own for one machine: find its programs, start it and stop it."""

from bursar.postgres.folder import Unusable
from bursar.postgres.server import NotStarted, Server, running

__all__ = ["NotStarted", "Server", "Unusable", "running"]
