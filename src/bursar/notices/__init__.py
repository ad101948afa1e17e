"""Telling people what happened: one letter to each whom it concerns, once, in their language."""
