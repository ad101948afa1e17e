"""What the vendor sells: its documents, published as versions."""
