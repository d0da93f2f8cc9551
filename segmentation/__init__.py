"""Photo -> garment masks and crops; label sets; evaluation."""
