"""An instance of its own for each test, with its words and bodies in each of the places where they may be."""

from __future__ import annotations

import pytest
from tests import factories
from tests.cache import freshness
from tests.cache.redis_server import RedisServer
from tests.factories import make_company, make_jobs, make_user, token_of
from tests.scratch import scratch_database

from talentsphere.app import create_app
from talentsphere.db import migrations
from talentsphere.db.session import engines_of


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["map", "redis", "filesystem"])
def environment(request, tmp_path, make_settings, app):
    """The variables of an instance of its own with ``JOBS`` postings."""
    own = {"TALENTSPHERE_HOME": str(tmp_path), "WORKERS": "4", "RATE_LIMIT_ENABLED": "false", "LOG_LEVEL": "ERROR"}
    own["CACHE_WARM_UP_ON_START"] = "false"
    own |= {"SECRET_KEY": make_settings().secret_key.value()}
    if request.param == "redis":
        server = request.getfixturevalue("server")
        server.flush()
        own["REDIS_URL"] = server.url
    else:
        own["CACHE_TYPE"] = {"map": "memory"}.get(request.param, request.param)
    with scratch_database(tmp_path, "freshness") as url:
        instance = create_app(make_settings(**own, DATABASE_URL=url))
        factories.use(instance)
        try:
            with instance.app_context():
                migrations.upgrade()
                make_jobs(freshness.JOBS, make_company(), salary_min=0, salary_max=0)
                token = token_of(make_user("admin"))
            yield {**own, "DATABASE_URL": url, "FRESHNESS_TOKEN": token}
        finally:
            factories.use(app)
            engines_of(instance).write.dispose()


@pytest.fixture
def instance(environment, make_settings):
    instance = create_app(make_settings(**{n: v for n, v in environment.items() if n != "FRESHNESS_TOKEN"}))
    yield instance
    engines_of(instance).write.dispose()
