"""Lives of accounts in plain text, played by the core alone and through the whole system."""
