"""The pages of a person: name and address, security, sessions, emails, their data."""
