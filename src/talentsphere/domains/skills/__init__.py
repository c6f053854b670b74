"""Skills with their aliases, and where they stand in a text."""
