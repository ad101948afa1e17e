"""Money: currencies, whole minor units, prices and tax rates."""
