"""Billing and subscription administration for companies that sell software by the seat."""
