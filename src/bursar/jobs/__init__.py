"""Tasks that run without a user: the worker's steps, retention and the checks of live data."""
