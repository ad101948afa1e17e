"""Quotes, changes and the agreed state."""
