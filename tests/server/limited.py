"""An application of our server with one open route that is counted: what RX8 measures without any account."""

from flask import Flask

from talentsphere.api.limits import init_limits
from talentsphere.api.problem import register_problems
from talentsphere.settings import Settings

settings = Settings.from_env()
app = Flask("limited")
app.add_url_rule("/api/v2/auth/login", "login", lambda: "let in", methods=["POST"])
app.add_url_rule("/health/live", "live", lambda: "alive")
init_limits(app, settings)
register_problems(app)
