"""Job postings: the board, its lists and its import."""
