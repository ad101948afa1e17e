"""The command line, for operators: one module per subject."""

from bursar.cli.program import main

__all__ = ["main"]
