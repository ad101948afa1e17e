"""The command line, for operators: one module per subject."""

try:
    from bursar.cli.program import main
except KeyboardInterrupt:
    # Loading takes a moment, and nobody who stops it then wants to read where it was.
    raise SystemExit("bursar: stopped") from None

__all__ = ["main"]
