"""The application factory: the only place where the parts are joined."""

from __future__ import annotations

import time

import structlog
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from talentsphere.api.auth import AUTHENTICATE
from talentsphere.api.cache_setup import init_cache
from talentsphere.api.compression import ENCODINGS, Compression
from talentsphere.api.docs import register_docs
from talentsphere.api.json import OrjsonProvider
from talentsphere.api.limits import init_limits
from talentsphere.api.middleware import register_middleware
from talentsphere.api.openapi import create_api
from talentsphere.api.problem import MIMETYPE as PROBLEM
from talentsphere.api.problem import register_problems
from talentsphere.db.changes import FOLLOWERS
from talentsphere.db.probe import database_probe
from talentsphere.db.session import dispose_after_fork, init_database, pool_use
from talentsphere.domains.accounts.authentication import authenticate
from talentsphere.domains.accounts.keyring import KEYRING, Keyring
from talentsphere.domains.caching.operating import start_warming
from talentsphere.domains.jobs.search.store import follow_postings
from talentsphere.routes import DEVELOPMENT, OPERATIONS, V1, V2
from talentsphere.settings import Settings
from talentsphere.telemetry.figures import FIGURES, FiguresReader
from talentsphere.telemetry.logs import configure_logs
from talentsphere.telemetry.metrics import FOLDER, METRICS, Metrics
from talentsphere.telemetry.readiness import Readiness, redis_probe
from talentsphere.telemetry.slow_queries import observe_statements
from talentsphere.telemetry.system import SAMPLER, STARTED_AT, Sampler

log = structlog.get_logger(__name__)


def create_app(settings: Settings) -> Flask:
    """Build the application; no connection is opened and no thread is started."""
    configure_logs(settings.log_level)
    app = Flask("talentsphere", static_folder=None)
    app.json = OrjsonProvider(app)
    app.config.update(
        SECRET_KEY=settings.secret_key.value(),
        MAX_CONTENT_LENGTH=settings.max_body_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=100,
        COMPRESS_ALGORITHM=list(ENCODINGS),
        COMPRESS_BR_LEVEL=4,
        COMPRESS_LEVEL=5,
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,  # Compression does, for the requests that are conditional
        COMPRESS_MIMETYPES=[
            "application/json",
            PROBLEM,
            "text/html",
            "text/css",
            "text/javascript",
            "image/svg+xml",
        ],
    )
    app.extensions["talentsphere.settings"] = settings
    for note in settings.notes:
        log.warning("older_name", note=note)
    observe_statements(init_database(app, settings), settings.slow_query_ms)
    app.extensions["talentsphere.readiness"] = _readiness(settings)
    app.extensions[STARTED_AT] = time.time()
    init_metrics(app, settings)
    init_cache(app, settings)
    app.extensions[FOLLOWERS] = (follow_postings,)
    app.extensions[KEYRING] = Keyring.of(settings)
    app.extensions[AUTHENTICATE] = authenticate
    register_problems(app)
    register_middleware(app, settings)
    Compression(app)
    api = create_api(app)
    for blueprint in (*V2, *V1, *OPERATIONS, *(() if settings.is_production else DEVELOPMENT)):
        api.register_blueprint(blueprint)
    register_docs(app, api)
    init_limits(app, settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def after_fork(app: Flask) -> None:
    """Make ``app`` safe in a forked worker: what was open before the fork belongs to the parent."""
    dispose_after_fork(app)
    init_metrics(app, app.extensions["talentsphere.settings"])
    init_cache(app, app.extensions["talentsphere.settings"])
    app.extensions[SAMPLER].start()
    app.extensions["talentsphere.readiness"] = _readiness(app.extensions["talentsphere.settings"])
    start_warming(app, app.extensions["talentsphere.settings"])


def init_metrics(app: Flask, settings: Settings) -> None:
    """Give this process its figures; nothing is opened and no thread is started."""
    metrics = Metrics(settings.home / FOLDER)
    app.extensions[METRICS] = metrics
    app.extensions[FIGURES] = FiguresReader(metrics.folder)
    app.extensions[SAMPLER] = Sampler(metrics, settings.home, lambda: pool_use(app))


def _readiness(settings: Settings) -> Readiness:
    wished = redis_probe(settings.redis_url.value()) if settings.redis_url else None
    return Readiness(needed=database_probe(settings), wished=wished)
