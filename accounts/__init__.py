"""People and their roles (log-in data; a store of its own)."""
