"""Operating the cache: what it did, emptying it, filling it."""
