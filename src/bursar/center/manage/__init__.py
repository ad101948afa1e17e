"""The subscription page, and changing what it shows: form, summary, accepting, cancelling."""
