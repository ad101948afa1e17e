"""Methods, attempts, payments, refunds and allocations."""
