"""Columns and constraints that all apps share: money, periods, codes, sortable ids, references inside an account."""
