"""Ports of the loopback for servers that Bursar starts."""

import random
import socket
from contextlib import suppress
from typing import Final

PORTS: Final = range(20_000, 30_000)
"""Below those that Linux gives to outgoing connections (from 32768), which could take one before its server does."""


def free_port() -> int:
    """Return a port of the loopback that nobody uses now."""
    # At random, since two tests that start servers at once would both find the first free one.
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
