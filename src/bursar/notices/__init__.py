"""Emails to people about facts: each fact once to everybody concerned, in their language."""
