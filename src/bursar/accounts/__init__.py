"""People, accounts, members, overrides, sellers, keys and erasable remarks."""
