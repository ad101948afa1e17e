"""Signing in: links, passwords, passkeys, second factors and single sign-on."""
