"""The main flow (photo -> garments -> embeddings -> matches), ranking and the index."""
