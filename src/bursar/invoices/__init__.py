"""Invoices, lines, coverage, credit notes and numbers."""
