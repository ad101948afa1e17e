"""Problems, texts and documents: messages to people, and the reading of what people and programs write."""
