"""How we cache: bodies that are as fresh as the database by proof. Knows no Flask and no domain."""
