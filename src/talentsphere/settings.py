"""Every setting of the instance: one frozen object, parsed once from the environment.

Nothing else reads ``os.environ``. A bad value stops the start with a sentence that names the variable
and never shows a secret. ``.env.optimized`` documents each variable; a test compares the two.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

from environs import Env, EnvError

Number = TypeVar("Number", int, float)

MIN_SECRET_LENGTH = 32
WEAK_SECRETS = (
    "changeme",
    "change-me",
    "secret",
    "password",
    "development",
    "example",
    "default",
    "insecure",
)
PUBLISHED = ("Qm9vdHN0cmFwIHRlc3RzIHdpdGggYSBsb25nIGtleQ",)
"""Keys that anybody can read in this repository: its tests sign with them, and production refuses them."""
POOLS = {"small": (8, 24), "default": (15, 25), "large": (10, 40)}
"""``DB_POOL_PRESET``: connections kept, and more on demand, for the whole host."""
MAX_CONNECTIONS = 200
"""More connections than this from one host mean a mistake; PostgreSQL's own default is 100."""
CACHE_TTL = "CACHE_TTL_"
CACHE_POLICIES = (
    "analytics", "application", "board", "company_jobs", "company_list", "company_page", "dashboard", "hiring_team",
    "job_applications", "job_list", "job_page", "job_search", "job_stats", "logs", "my_applications", "profile",
    "skills", "stages", "suggestions", "teams", "users",
)  # fmt: skip
"""Every policy of the application, as a name that is none must be refused before it is loaded; a test compares."""
LONGEST_TTL_S = 31_536_000
WINDOWS_S = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class SettingsError(Exception):
    """A setting that makes a start impossible; the text names the variable, never a secret's value."""


class Secret:
    """A value that prints as ``***``."""

    def __init__(self, value: str) -> None:
        self._value = value

    def value(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "***"


class Rate(NamedTuple):
    """At most ``amount`` in ``window_s`` seconds."""

    amount: int
    window_s: int


@dataclass(frozen=True)
class Settings:
    """The instance's settings, in the order of ``.env.optimized``; units are in the names."""

    env: Literal["development", "production"]
    home: Path
    host: str
    port: int
    workers: int
    threads: int
    client_timeout_s: float
    request_deadline_s: float
    max_body_mb: int
    secret_key: Secret
    previous_secret_keys: tuple[Secret, ...]
    public_url: str
    cors_origins: tuple[str, ...]
    trusted_proxies: int
    log_level: str
    database_url: Secret
    db_pool_preset: str
    db_pool_timeout_s: float
    db_pool_recycle_s: int
    db_statement_timeout_s: float
    redis_url: Secret | None
    events_retention_days: int
    jobs_stale_after_days: int
    tasks_engine: Literal["embedded"]
    smtp_url: Secret | None
    cache_enabled: bool
    cache_type: str
    cache_memory_mb: int
    cache_default_expire: int
    cache_preset: str
    cache_ttls: Mapping[str, int]
    cache_warm_up_on_start: bool
    enable_api_caching: bool
    enable_query_caching: bool
    enable_file_caching: bool
    edge_cache: bool
    max_requests: int
    worker_memory_limit_mb: int
    slow_query_ms: float
    rate_limit_enabled: bool
    rate_limit_api: Rate
    rate_limit_login: Rate
    rate_limit_login_address: Rate
    rate_limit_register: Rate
    rate_limit_apply: Rate
    rate_limit_apply_address: Rate
    apply_min_s: float
    rejection_delay_s: int
    notes: tuple[str, ...] = field(default=(), compare=False)
    """One sentence for each older name that was used."""

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def engine(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return _engine_of(self.database_url.value())

    @property
    def pool(self) -> tuple[int, int]:
        """(kept, overflow) connections of one worker."""
        return _pool_of(self.db_pool_preset, self.workers)

    def make_home(self) -> None:
        """Make the folder that holds everything the instance writes, for this user alone, unless it is there."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable_home(self.home, error) from None

    @classmethod
    def from_env(cls) -> Self:
        """Parse the process environment or raise ``SettingsError``."""
        try:
            return cls._parse(Env())
        except EnvError as error:
            raise SettingsError(str(error)) from None

    @classmethod
    def _parse(cls, env: Env) -> Self:
        older = _OlderNames(env)
        home = Path(env.str("TALENTSPHERE_HOME", "./var")).absolute()
        mode: Any = _one_of(
            env.str("TALENTSPHERE_ENV", "development"), ("development", "production"), "TALENTSPHERE_ENV"
        )
        _refuse_debug(env.str("FLASK_DEBUG", ""), mode)
        workers = _least(env.int("WORKERS", len(os.sched_getaffinity(0))), 1, "WORKERS")
        preset = _one_of(env.str("DB_POOL_PRESET", older.pool_preset()), POOLS, "DB_POOL_PRESET")
        pool_size = sum(_pool_of(preset, workers))
        _refuse_impossible_pool(workers, pool_size)
        port = _port(env.int("PORT", 5001))
        return cls(
            env=mode,
            home=home,
            host=env.str("HOST", "127.0.0.1"),
            port=port,
            workers=workers,
            threads=_most(_least(env.int("THREADS", pool_size), 1, "THREADS"), pool_size, "THREADS"),
            client_timeout_s=_least(env.float("CLIENT_TIMEOUT_S", 5.0), 0.1, "CLIENT_TIMEOUT_S"),
            request_deadline_s=_least(env.float("REQUEST_DEADLINE_S", 30.0), 1.0, "REQUEST_DEADLINE_S"),
            max_body_mb=_least(env.int("MAX_BODY_MB", 12), 1, "MAX_BODY_MB"),
            secret_key=_secret_key(env.str("SECRET_KEY", ""), mode, home),
            previous_secret_keys=_previous_keys(env.list("PREVIOUS_SECRET_KEYS", [])),
            public_url=_public_url(env.str("PUBLIC_URL", f"http://localhost:{port}")),
            cors_origins=_origins(env.list("CORS_ORIGINS", [])),
            trusted_proxies=_least(env.int("TRUSTED_PROXIES", 0), 0, "TRUSTED_PROXIES"),
            log_level=_one_of(env.str("LOG_LEVEL", "INFO"), ("DEBUG", "INFO", "WARNING", "ERROR"), "LOG_LEVEL"),
            database_url=_database_url(env.str("DATABASE_URL", ""), home),
            db_pool_preset=preset,
            db_pool_timeout_s=_least(env.float("DB_POOL_TIMEOUT_S", older.pool_timeout_s()), 0.1, "DB_POOL_TIMEOUT_S"),
            db_pool_recycle_s=_least(env.int("DB_POOL_RECYCLE_S", 300), 1, "DB_POOL_RECYCLE_S"),
            db_statement_timeout_s=_least(
                env.float("DB_STATEMENT_TIMEOUT_S", older.statement_timeout_s()),
                0.1,
                "DB_STATEMENT_TIMEOUT_S",
            ),
            redis_url=_redis_url(env.str("REDIS_URL", older.redis_url())),
            events_retention_days=_least(env.int("EVENTS_RETENTION_DAYS", 30), 1, "EVENTS_RETENTION_DAYS"),
            jobs_stale_after_days=_least(env.int("JOBS_STALE_AFTER_DAYS", 60), 1, "JOBS_STALE_AFTER_DAYS"),
            tasks_engine=_tasks_engine(env.str("TASKS_ENGINE", "embedded")),
            smtp_url=_smtp_url(env.str("SMTP_URL", "")),
            cache_enabled=env.bool("CACHE_ENABLED", True),
            cache_type=_cache_type(
                env.str("CACHE_TYPE", "auto"), env.str("REDIS_URL", "") or env.str("REDIS_HOST", "")
            ),
            cache_memory_mb=_least(env.int("CACHE_MEMORY_MB", 64), 1, "CACHE_MEMORY_MB"),
            cache_default_expire=_least(
                env.int("CACHE_DEFAULT_EXPIRE", older.cache_default_expire()), 1, "CACHE_DEFAULT_EXPIRE"
            ),
            cache_preset=_one_of(env.str("CACHE_PRESET", "default"), ("default", "short"), "CACHE_PRESET"),
            cache_ttls=_cache_ttls(os.environ),
            cache_warm_up_on_start=env.bool("CACHE_WARM_UP_ON_START", True),
            enable_api_caching=env.bool("ENABLE_API_CACHING", True),
            enable_query_caching=env.bool("ENABLE_QUERY_CACHING", True),
            enable_file_caching=env.bool("ENABLE_FILE_CACHING", True),
            edge_cache=env.bool("EDGE_CACHE", False),
            max_requests=_least(env.int("MAX_REQUESTS", 50_000), 0, "MAX_REQUESTS"),
            worker_memory_limit_mb=_least(env.int("WORKER_MEMORY_LIMIT_MB", 300), 64, "WORKER_MEMORY_LIMIT_MB"),
            slow_query_ms=_least(env.float("SLOW_QUERY_MS", 500.0), 0.0, "SLOW_QUERY_MS"),
            rate_limit_enabled=env.bool("RATE_LIMIT_ENABLED", True),
            rate_limit_api=_rate(env.str("RATE_LIMIT_API", "6000/minute"), "RATE_LIMIT_API"),
            rate_limit_login=_rate(env.str("RATE_LIMIT_LOGIN", "10/minute"), "RATE_LIMIT_LOGIN"),
            rate_limit_login_address=_rate(
                env.str("RATE_LIMIT_LOGIN_ADDRESS", "120/minute"), "RATE_LIMIT_LOGIN_ADDRESS"
            ),
            rate_limit_register=_rate(env.str("RATE_LIMIT_REGISTER", "120/hour"), "RATE_LIMIT_REGISTER"),
            rate_limit_apply=_rate(env.str("RATE_LIMIT_APPLY", "120/hour"), "RATE_LIMIT_APPLY"),
            rate_limit_apply_address=_rate(env.str("RATE_LIMIT_APPLY_ADDRESS", "120/hour"), "RATE_LIMIT_APPLY_ADDRESS"),
            apply_min_s=_least(env.float("APPLY_MIN_S", 3.0), 0.0, "APPLY_MIN_S"),
            rejection_delay_s=_least(env.int("REJECTION_DELAY_S", 3600), 0, "REJECTION_DELAY_S"),
            notes=tuple(older.notes),
        )


class _OlderNames:
    """Defaults taken from the names that earlier deployments used; each use leaves a note."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self.notes: list[str] = []

    def _take(self, old: str, new: str) -> str:
        value: str = self._env.str(old, "")
        if value:
            self.notes.append(f"{old} is an older name; use {new}")
        return value

    def pool_preset(self) -> str:
        """The smallest preset that holds as many connections as asked for."""
        self._take("DB_MIN_CONNECTIONS", "DB_POOL_PRESET")
        most = self._take("DB_MAX_CONNECTIONS", "DB_POOL_PRESET")
        if not most:
            return "default"
        if not most.isdecimal():
            raise SettingsError("DB_MAX_CONNECTIONS must be a whole number")
        fitting = [name for name, sizes in POOLS.items() if sum(sizes) >= int(most)]
        return fitting[0] if fitting else "large"

    def pool_timeout_s(self) -> float:
        return self._seconds("DB_CONNECTION_TIMEOUT", "DB_POOL_TIMEOUT_S", 8.0)

    def statement_timeout_s(self) -> float:
        return self._seconds("DB_COMMAND_TIMEOUT", "DB_STATEMENT_TIMEOUT_S", 30.0)

    def _seconds(self, old: str, new: str, default: float) -> float:
        try:
            return float(self._take(old, new) or default)
        except ValueError:
            raise SettingsError(f"{old} must be a number of seconds") from None

    def cache_default_expire(self) -> int:
        for name in ("LONG_CACHE_TIMEOUT", "SHORT_CACHE_TIMEOUT"):
            self._take(name, "CACHE_TTL_<POLICY>, which names what it is about; this one has no effect")
        value = self._take("DEFAULT_CACHE_TIMEOUT", "CACHE_DEFAULT_EXPIRE")
        if value and not value.isdecimal():
            raise SettingsError("DEFAULT_CACHE_TIMEOUT must be a whole number of seconds")
        return int(value or 300)

    def redis_url(self) -> str:
        host = self._take("REDIS_HOST", "REDIS_URL")
        port = self._take("REDIS_PORT", "REDIS_URL") or "6379"
        return f"redis://{host}:{port}/0" if host else ""


def _pool_of(preset: str, workers: int) -> tuple[int, int]:
    kept, overflow = POOLS[preset]
    return max(1, kept // workers), max(1, overflow // workers)


def _refuse_impossible_pool(workers: int, pool_size: int) -> None:
    if workers * pool_size > MAX_CONNECTIONS:
        raise SettingsError(
            f"WORKERS={workers} with DB_POOL_PRESET would open {workers * pool_size} database connections, "
            f"more than {MAX_CONNECTIONS}; lower WORKERS"
        )


def _engine_of(url: str) -> str:
    return urlsplit(url).scheme.partition("+")[0]


def _refuse_debug(value: str, mode: str) -> None:
    """Refuse what Flask would obey by itself: in debug mode its answers tell of the code."""
    if mode == "production" and value.lower() not in ("", "0", "false", "no"):
        raise SettingsError("FLASK_DEBUG must not be set in production")


def _one_of(value: str, allowed: Collection[str], name: str) -> str:
    if value not in allowed:
        raise SettingsError(f"{name} must be one of {', '.join(allowed)}")
    return value


def _least(value: Number, least: Number, name: str) -> Number:
    if not value >= least:
        raise SettingsError(f"{name} must be at least {least}")
    return value


def _most(value: int, most: int, name: str) -> int:
    if value > most:
        raise SettingsError(f"{name} must be at most {most}, the connections of one worker's database pool")
    return value


def _rate(value: str, name: str) -> Rate:
    amount, _, window = value.strip().partition("/")
    if not re.fullmatch("[1-9][0-9]{0,8}", amount) or window not in WINDOWS_S:
        raise SettingsError(f"{name} must be a number from 1 and one of {', '.join(WINDOWS_S)}, such as 60/minute")
    return Rate(int(amount), WINDOWS_S[window])


def _port(value: int) -> int:
    if not 1 <= value <= 65535:
        raise SettingsError("PORT must be between 1 and 65535")
    return value


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise SettingsError("PUBLIC_URL must be an address such as https://jobs.example.org")
    return value.rstrip("/")


def _origins(values: list[str]) -> tuple[str, ...]:
    for value in values:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
            raise SettingsError("CORS_ORIGINS must list origins such as https://app.example.org, without a path")
    return tuple(values)


def _database_url(value: str, home: Path) -> Secret:
    url = value or f"sqlite:///{home / 'talentsphere.db'}"
    if _engine_of(url) not in ("sqlite", "postgresql"):
        raise SettingsError("DATABASE_URL must start with sqlite:/// or postgresql://")
    if _engine_of(url) == "postgresql":
        return Secret("postgresql+psycopg2://" + url.partition("://")[2])
    if ":memory:" in url or not urlsplit(url).path.strip("/"):
        raise SettingsError("DATABASE_URL must name a file: SQLite in memory cannot be shared between workers")
    return Secret(_with_absolute_path(url))


def _with_absolute_path(url: str) -> str:
    """Return the SQLite URL with its path from the root: Flask-SQLAlchemy would look in a folder of its own."""
    scheme, _, rest = url.partition(":///")
    path, mark, options = rest.partition("?")
    if path.startswith("file:"):
        raise SettingsError("DATABASE_URL must name a SQLite file by its path, not by a file: address")
    return f"{scheme}:///{Path(path).absolute()}{mark}{options}"


def _redis_url(value: str) -> Secret | None:
    if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise SettingsError("REDIS_URL must start with redis://, rediss:// or unix://")
    return Secret(value) if value else None


def _tasks_engine(value: str) -> Literal["embedded"]:
    if value == "celery":
        raise SettingsError(
            "TASKS_ENGINE=celery is not built yet; embedded shares one table between any number of hosts"
        )
    if value != "embedded":
        raise SettingsError("TASKS_ENGINE must be embedded")
    return "embedded"


def _smtp_url(value: str) -> Secret | None:
    """Check the address without ever showing it: it holds a password."""
    if not value:
        return None
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        is_whole = False
    if not is_whole:
        raise SettingsError(
            "SMTP_URL must be like smtp://user:password@host:587?starttls=1 or smtps://user:password@host"
        )
    options = parse_qs(parts.query, keep_blank_values=True)
    unknown = sorted(options.keys() - {"starttls", "from"})
    if unknown:
        raise SettingsError(f"SMTP_URL has the unknown option {unknown[0]}; there are starttls=1 and from=ADDRESS")
    return Secret(value)


def _cache_type(value: str, redis: str) -> str:
    """Return where bodies are kept besides each worker's memory: redis, filesystem, or memory when nowhere."""
    kind = _one_of(value, ("auto", "memory", "redis", "filesystem"), "CACHE_TYPE")
    if kind == "auto":
        return "redis" if redis else "filesystem"
    if kind == "redis" and not redis:
        raise SettingsError("CACHE_TYPE=redis needs REDIS_URL")
    return kind


def _cache_ttls(environment: Mapping[str, str]) -> dict[str, int]:
    """Return the seconds by the name of the policy (``CACHE_TTL_JOB_LIST`` is of ``job_list``)."""
    found = {}
    for name, value in sorted(environment.items()):
        if name.startswith(CACHE_TTL):
            policy = name.removeprefix(CACHE_TTL).lower()
            if policy not in CACHE_POLICIES:
                raise SettingsError(f"{name} is of no cache policy; there are {', '.join(CACHE_POLICIES)}")
            if not re.fullmatch("[0-9]{1,8}", value) or int(value) > LONGEST_TTL_S:
                raise SettingsError(f"{name} must be a whole number of seconds, a year at most; 0 switches it off")
            found[policy] = int(value)
    return found


def _secret_key(value: str, mode: str, home: Path) -> Secret:
    """Check the given key, or in development make one and keep it in ``TALENTSPHERE_HOME``."""
    if not value and mode == "development":
        return Secret(_kept_key(home / "secret-key"))
    if value in PUBLISHED and mode == "production":
        raise SettingsError("SECRET_KEY is the one of this repository's tests, which anybody can read; make your own")
    return _strong(value, "SECRET_KEY")


def _previous_keys(values: list[str]) -> tuple[Secret, ...]:
    """Check each: what an old key signed is believed, so a weak one is as bad as a weak ``SECRET_KEY``."""
    return tuple(_strong(value, "PREVIOUS_SECRET_KEYS") for value in values if value)


def _strong(value: str, name: str) -> Secret:
    if len(value) < MIN_SECRET_LENGTH:
        raise SettingsError(
            f"{name} must have at least {MIN_SECRET_LENGTH} characters; make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    if len(set(value)) < 10 or any(weak in value.lower() for weak in WEAK_SECRETS):
        raise SettingsError(f"{name} is guessable; make a random one")
    return Secret(value)


def _kept_key(path: Path) -> str:
    """Read the key, or write a random one; a home that does not allow it refuses the start."""
    try:
        return _read_or_make(path)
    except OSError as error:
        raise _unusable_home(path.parent, error) from None


def _unusable_home(home: Path, error: OSError) -> SettingsError:
    return SettingsError(f"TALENTSPHERE_HOME cannot be used: {home}: {error.strerror}")


def _read_or_make(path: Path) -> str:
    """Read the key, or write one that no other user can read; the first of two starters wins."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
