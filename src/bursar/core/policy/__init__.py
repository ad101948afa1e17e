"""The policy: account types, roles, capabilities, limits, and the decision."""
