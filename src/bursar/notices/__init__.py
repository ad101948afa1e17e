"""Telling people what happened: one email to each whom it concerns, once, in their language."""
