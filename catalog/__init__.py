"""Products, stock, and feeds in."""
