"""gunicorn's configuration, read by ``talentsphere serve`` and by ``gunicorn.optimized.conf.py``.

What an operator changes are environment variables (HOST, PORT, WORKERS, THREADS, REQUEST_DEADLINE_S,
MAX_REQUESTS, WORKER_MEMORY_LIMIT_MB, ...), documented in .env.optimized.
"""

from talentsphere.server import hooks
from talentsphere.starting import settings_or_exit

settings = settings_or_exit()

wsgi_app = "talentsphere.wsgi:app"
bind = f"{settings.host}:{settings.port}"
workers = settings.workers
worker_class = "talentsphere.server.worker.Worker"
# For the fallback -k gthread; our worker takes THREADS from the settings.
threads = settings.threads

# Loaded once, frozen and shared by all workers. HUP therefore keeps the old code: deploy with USR2.
preload_app = True
when_ready = hooks.when_ready
post_fork = hooks.post_fork
post_worker_init = hooks.post_worker_init
pre_exec = hooks.pre_exec
child_exit = hooks.child_exit

# nginx drops its idle connections after 5 s (nginx.conf), so it never meets one that we close.
keepalive = 75
# Longer than the longest request. The worker itself gives up 5 s earlier and says what was unfinished.
graceful_timeout = int(settings.request_deadline_s) + 15 if settings.is_production else 18
# A loop that has not shown life for this long is aborted; its stacks go to the log.
timeout = 30

# The heartbeat must not wait for a disk.
worker_tmp_dir = "/dev/shm"  # noqa: S108  # nosec B108
# It would start a thread in the master, and every later fork would be one of a threaded process.
control_socket_disable = True

loglevel = settings.log_level.lower()
