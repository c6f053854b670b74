"""The product with one more address, which says back what the database says."""

import os

from flask import request
from sqlalchemy import text

from talentsphere.api.auth import open_to_all
from talentsphere.app import create_app
from talentsphere.db import postgresql
from talentsphere.db.session import engines_of, reading
from talentsphere.settings import Settings

ECHO = text("SELECT CAST(:token AS text) FROM pg_sleep(0.02)")
"""Held for a while: when two workers share a connection, their questions then surely overlap."""

app = create_app(Settings.from_env())


@app.get("/db")
@open_to_all
def echo() -> str:
    with reading() as session:
        return str(session.execute(ECHO, {"token": request.args["token"]}).scalar())


if "WARM_UP" in os.environ:
    postgresql.FRESH_S = 600  # no ping: on a slow machine it would find the shared connections broken, and replace them
    with app.app_context():
        connections = [engines_of(app).read.connect() for _ in range(3)]
        for connection in connections:
            connection.execute(text("SELECT 1"))
            connection.close()
