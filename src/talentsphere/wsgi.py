"""The application for gunicorn: ``talentsphere.wsgi:app``."""

from talentsphere.app import create_app
from talentsphere.starting import settings_or_exit

app = create_app(settings_or_exit())
