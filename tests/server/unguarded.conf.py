"""The shipped configuration without its guard; with ``DISPOSE=no`` also without the disposal after the fork."""

import os
import runpy
from pathlib import Path

from talentsphere.server import hooks

globals().update(runpy.run_path(str(Path(__file__).parents[2] / "gunicorn.optimized.conf.py")))
when_ready = hooks.leave_out_the_leaving
if os.environ.get("DISPOSE") == "no":

    def post_fork(server, worker):
        pass
