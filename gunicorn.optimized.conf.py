"""gunicorn's configuration for those who start it themselves: ``gunicorn -c gunicorn.optimized.conf.py``.

``talentsphere serve`` uses the same one, from the package.
"""

from talentsphere.server.configuration import *  # noqa: F403  # names are what gunicorn reads
