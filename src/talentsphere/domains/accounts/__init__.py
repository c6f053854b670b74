"""People and integrations: who signs in, with what, and for how long."""
