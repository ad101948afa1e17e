"""The pages for an account's own people."""
