"""A PostgreSQL of our own for one machine: where its programs are, and how it is started and stopped."""

from bursar.postgres.folder import Unusable
from bursar.postgres.server import NotStarted, Server, running

__all__ = ["NotStarted", "Server", "Unusable", "running"]
