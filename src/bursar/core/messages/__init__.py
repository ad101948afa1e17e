"""Problems and texts: what is said to people, as values."""
