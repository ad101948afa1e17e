"""The vendor's policy: how it is written down, and its published versions."""
