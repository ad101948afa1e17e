"""Billing: what is billable and what is covered, lines, invoices, payments, refunds and the journal."""
