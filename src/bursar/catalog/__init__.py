"""The vendor's catalog: its document, and its published versions."""
