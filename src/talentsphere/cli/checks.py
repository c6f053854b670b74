"""What ``talentsphere doctor`` looks at: one function a check, which changes nothing."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import socket
import stat
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal
from urllib.error import URLError
from urllib.request import urlopen

import redis
import sqlalchemy as sa
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sqlalchemy.engine import make_url

from talentsphere.db import migrations, postgresql
from talentsphere.settings import Settings

LOCK = migrations.MIGRATIONS.parent / "requirements.txt"
INSTALL = "scripts/start_dev_optimized.sh  (installs what requirements.txt locks)"
LEAST_FREE_MIB = 512
LEAST_OPEN_FILES = 1024
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # nosec B108  # gunicorn's worker files live in memory


@dataclass(frozen=True)
class Finding:
    """One line of the report: a ``gap`` must be mended, a ``note`` may stay; ``fix`` is what to type."""

    name: str
    state: Literal["ok", "note", "gap"]
    detail: str
    fix: str | None = None


def python_version() -> Finding:
    return Finding("python", "ok", f"{sys.version.split()[0]} in {sys.prefix}")


def packages() -> Finding:
    """Compare what is installed with the lock of the checkout."""
    if not LOCK.exists():
        return Finding("packages", "note", f"there is no {LOCK.name} to compare with")
    wrong = [line for line in map(_difference, _locked(LOCK.read_text())) if line]
    if wrong:
        return Finding("packages", "gap", "; ".join(wrong), INSTALL)
    return Finding("packages", "ok", f"as locked in {LOCK.name}")


def _locked(text: str) -> list[Requirement]:
    lines = re.findall(r"^([a-z0-9].*?)\s*\\?$", text, flags=re.MULTILINE)
    requirements = map(Requirement, lines)
    return [one for one in requirements if one.marker is None or one.marker.evaluate()]


def _difference(wanted: Requirement) -> str | None:
    try:
        found = metadata.version(canonicalize_name(wanted.name))
    except metadata.PackageNotFoundError:
        return f"{wanted.name} is missing"
    return (
        None
        if wanted.specifier.contains(found, prereleases=True)
        else f"{wanted.name} is {found}, not {wanted.specifier}"
    )


def secret_key(settings: Settings) -> Finding:
    path = settings.home / "secret-key"
    if os.environ.get("SECRET_KEY"):
        return Finding("secret key", "ok", "from SECRET_KEY")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("secret key", "gap", f"{path} can be read by others", f"chmod 600 {path}")
    return Finding("secret key", "ok", f"made for development, in {path}")


def home(settings: Settings) -> Finding:
    nearest = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Finding("home", "gap", f"{nearest} cannot be written", f"TALENTSPHERE_HOME=..., or chown {nearest}")
    return Finding("home", "ok", str(settings.home))


def disk(settings: Settings) -> Finding:
    nearest = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free_mib = shutil.disk_usage(nearest).free // 2**20
    if free_mib < LEAST_FREE_MIB:
        return Finding(
            "disk",
            "gap",
            f"{free_mib} MiB free, {LEAST_FREE_MIB} needed",
            "free space below TALENTSPHERE_HOME",
        )
    return Finding("disk", "ok", f"{free_mib} MiB free")


def shared_memory() -> Finding:
    if not os.access(SHARED_MEMORY, os.W_OK):
        return Finding("shared memory", "gap", f"{SHARED_MEMORY} cannot be written", "mount -t tmpfs tmpfs /dev/shm")
    return Finding("shared memory", "ok", f"{shutil.disk_usage(SHARED_MEMORY).free // 2**20} MiB free")


def database(settings: Settings) -> list[Finding]:
    """Reachable, at the newest migration, and set up as the engine should be; never creates a database."""
    url = make_url(settings.database_url.value())
    if settings.engine == "sqlite" and not Path(url.database or "").exists():
        return [Finding("database", "gap", f"{url.database} does not exist yet", "talentsphere db upgrade")]
    engine = sa.create_engine(
        url, connect_args=postgresql.connect_args(settings) if settings.engine != "sqlite" else {}
    )
    try:
        return [_server(engine), _schema(engine)]
    except sa.exc.SQLAlchemyError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        return [Finding("database", "gap", f"{url.render_as_string(hide_password=True)}: {reason}", "DATABASE_URL=...")]
    finally:
        engine.dispose()


def _server(engine: sa.Engine) -> Finding:
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            return Finding("database", "ok", f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}")
        version, journal = sa.func.sqlite_version(), "PRAGMA journal_mode"
        mode = connection.exec_driver_sql(journal).scalar()
        detail = f"SQLite {connection.scalar(sa.select(version))}, journal {mode}"
    if mode != "wal":
        return Finding("database", "gap", f"{detail}: readers wait for writers", "talentsphere db upgrade  (sets WAL)")
    return Finding("database", "ok", detail)


def _schema(engine: sa.Engine) -> Finding:
    found, newest = migrations.current(engine), migrations.head()
    if found != newest:
        return Finding("schema", "gap", f"at {found or 'nothing'}, newest is {newest}", "talentsphere db upgrade")
    return Finding("schema", "ok", f"at {newest}, the newest")


def redis_server(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding(
            "redis",
            "note",
            "not configured: cache and rate limits are those of this host",
            "REDIS_URL=redis://127.0.0.1:6379/0",
        )
    client = redis.Redis.from_url(settings.redis_url.value(), socket_timeout=1, socket_connect_timeout=1)
    try:
        version = client.info("server")["redis_version"]
    except redis.RedisError as error:
        return Finding("redis", "gap", f"REDIS_URL does not answer: {error}", "redis-server redis.conf")
    finally:
        client.close()
    return Finding("redis", "ok", f"Redis {version}: cache and rate limits of all hosts")


def mail(settings: Settings) -> Finding:
    if settings.smtp_url is not None:
        return Finding("mail", "ok", "sent through SMTP_URL")
    if settings.is_production:
        return Finding("mail", "gap", "nobody gets mails: links for new passwords go nowhere", "SMTP_URL=smtp://...")
    return Finding("mail", "note", f"kept in the outbox: {settings.public_url}/dev/outbox", "SMTP_URL=smtp://...")


def port(settings: Settings) -> Finding:
    """Free, or held by a TalentSphere."""
    where = f"{settings.host}:{settings.port}"
    try:
        with socket.create_server((settings.host, settings.port)):
            return Finding("port", "ok", f"{where} is free")
    except OSError as error:
        if _answers_live(settings):
            return Finding("port", "ok", f"{where} is served by TalentSphere")
        return Finding("port", "gap", f"{where}: {error.strerror}", f"PORT={settings.port + 1}")


def _answers_live(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "") else settings.host  # noqa: S104  # nosec B104
    try:
        with urlopen(f"http://{host}:{settings.port}/health/live", timeout=1) as answer:  # nosec B310
            return "status" in json.load(answer)
    except (URLError, OSError, ValueError):
        return False


def open_files() -> Finding:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit < LEAST_OPEN_FILES:
        return Finding(
            "open files",
            "gap",
            f"{limit} a process, {LEAST_OPEN_FILES} needed",
            f"ulimit -n {LEAST_OPEN_FILES}",
        )
    return Finding("open files", "ok", f"{limit} a process")


def optional_program(name: str, use: str) -> Finding:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found:
        return Finding(name, "ok", found)
    return Finding(name, "note", f"not installed: {use}", f"apt-get install {name}")
