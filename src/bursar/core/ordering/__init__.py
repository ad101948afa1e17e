"""Ordering: the billing context, decisions, quotes, requests and transitions."""
