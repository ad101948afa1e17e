"""Gateways: their protocol, their registry, and the built-in sandbox gateway."""
