"""Quotes, requests, orders and changes of accounts, and the items that follow from them."""
