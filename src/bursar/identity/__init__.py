"""People who sign in, their second factors, and the vendor's staff."""
