"""How we search: one normaliser, one token index over SQLite FTS5 and PostgreSQL GIN; knows no domain and no Flask."""
