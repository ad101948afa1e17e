"""Who sits where, and how many seats there are."""
