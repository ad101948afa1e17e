"""The desk: what the vendor's staff sees before and beside the pages of an account."""
