"""Invoices, payment and invoice details."""
