"""The shipped configuration with workers that take a moment to boot; with ``HOLD=no`` a TERM is not held meanwhile."""

import os
import runpy
import time
from pathlib import Path

from talentsphere.server import hooks

globals().update(runpy.run_path(str(Path(__file__).parents[2] / "gunicorn.optimized.conf.py")))
if os.environ.get("HOLD") == "no":
    when_ready = hooks.leave_out_the_leaving


def post_fork(server, worker):
    time.sleep(0.3)
    hooks.post_fork(server, worker)
