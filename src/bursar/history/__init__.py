"""What happened, append-only; every stage writes down into it."""
