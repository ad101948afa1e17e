"""Histories: the events of accounts, which are only ever added to; and stored responses."""
