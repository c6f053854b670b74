"""How we measure: the time and statements of a request, slow statements, logs."""
