"""Background work: ids in, one use case called, progress recorded."""
