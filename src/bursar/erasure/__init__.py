"""Forgetting people and accounts, as the law wants it, while the record of what happened stands."""
