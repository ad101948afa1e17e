"""The one door from a quote to changes: decide, take, pay, invoice and record; and renew."""
