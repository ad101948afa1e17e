"""What a vendor's own product asks, by OpenFeature; it speaks HTTP and needs nothing else of Bursar."""
