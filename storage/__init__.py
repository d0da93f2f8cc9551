"""The shared ground: the database, bytes by URL, pixels from untrusted bytes."""
