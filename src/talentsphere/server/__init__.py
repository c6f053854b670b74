"""How we serve: an event loop as the door, the WSGI application in threads behind it."""
