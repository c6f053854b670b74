"""The product with addresses that fail: by a row that is refused, and by any error."""

from flask import request

from talentsphere.api.auth import open_to_all
from talentsphere.app import create_app
from talentsphere.db.session import writing
from talentsphere.domains.accounts.models import User
from talentsphere.domains.names import folded_name
from talentsphere.settings import Settings

app = create_app(Settings.from_env())


@app.post("/refused-row")
@open_to_all
def refused_row():
    """Add an account twice, past the checks: the database's own words name the address."""
    email = request.get_json()["email"]
    with writing() as session:
        for _ in range(2):
            session.add(
                User(email=email, email_key=folded_name(email, 254), full_name="x", role="candidate", preferences={})
            )
            session.flush()
    return "never"


@app.post("/crash/<path:_path>")
@open_to_all
def crash(_path):
    return str(1 // 0)
