"""JSON objects of the answers, written from values."""
