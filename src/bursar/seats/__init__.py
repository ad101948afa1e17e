"""Seats of products: bought, used, and given to members."""
