"""How we store: the engine, the transaction, column types, and what differs between the two databases."""
