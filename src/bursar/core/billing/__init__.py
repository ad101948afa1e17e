"""Billing: billable terms, coverage, lines, invoices, payments, refunds and the journal."""
