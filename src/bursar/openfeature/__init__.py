"""An OpenFeature provider for the vendor's own product. It speaks HTTP and imports nothing else of Bursar."""
