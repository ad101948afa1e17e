"""The subscription: catalog, edits and their rules, items, the timeline of the agreed state, seats."""
