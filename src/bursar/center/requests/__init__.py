"""Requests: asking for a change, approving and rejecting it."""
