"""A company's month, played on the whole server: many recruiters and candidates at once, and everything adds up."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from tests import factories
from tests.factories import make_user, token_of
from tests.scratch import scratch_database
from tests.server.running import Gunicorn, gunicorn

from talentsphere.app import create_app
from talentsphere.db import migrations
from talentsphere.db.session import engines_of, reading
from talentsphere.db.statistics import refresh_statistics
from talentsphere.domains.accounts.models import User
from talentsphere.domains.analytics.checking import find_differences
from talentsphere.domains.applications.models import Application, ApplicationEvent
from talentsphere.domains.applications.seeding import Month, Seeded, seed_month
from talentsphere.domains.jobs.models import Job

pytestmark = pytest.mark.server

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)
SMALL = (Month(6, 60, 200, UNTIL), 3, 4.0)
WHOLE = pytest.param((Month(200, 10_000, 40_000, UNTIL), 8, 120.0), marks=pytest.mark.full)
STAGES = ("new", "screen", "interview", "offer", "hired")
WITHOUT = {"Cache-Control": "no-cache"}


class Played:
    """The server with its company, and who plays."""

    def __init__(self, server: Gunicorn, instance: Any, seeded: Seeded) -> None:
        self.server, self.instance, self.seeded = server, instance, seeded
        with instance.app_context(), reading() as session:
            self.jobs = session.scalars(
                select(Job.id).where(Job.company_id == seeded.company_id, Job.status == "open").order_by(Job.id)
            ).all()
            active = Application.status.in_(("active", "hired"))
            self.applications = session.scalars(select(Application.id).where(active)).all()

    def differences(self) -> list[Any]:
        with self.instance.app_context(), reading() as session:
            return find_differences(session)


class Player:
    """Asks on one connection, and counts every answer."""

    def __init__(self, played: Played, token: str, seed: int) -> None:
        self.played, self.random = played, random.Random(seed)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.said: Counter[str] = Counter()
        self.faults: list[str] = []
        self.connection = http.client.HTTPConnection("127.0.0.1", played.server.port, timeout=30)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        data = None if body is None else json.dumps(body)
        self.connection.request(method, path, data, {**self.headers, **headers})
        response = self.connection.getresponse()
        raw = response.read()
        self.said[f"{method} {response.status}"] += 1
        if response.status >= 500:
            self.faults.append(f"{method} {path} {response.status}: {raw[:200]!r}")
        return (
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            json.loads(raw or "null"),
        )


class Recruiter(Player):
    """Reads an application, takes a step with its ETag, and reads it again: what was written must be there."""

    def play(self) -> None:
        path = f"/api/v2/applications/{self.random.choice(self.played.applications)}"
        status, headers, before = self.ask("GET", path)
        if status != 200:
            return
        verb, body = self._step(before)
        status, _, said = self.ask("POST", f"{path}/{verb}", body, **{"If-Match": headers["etag"]})
        if status == 200:
            self.said["steps"] += 1
            self._reread(path, said)
        elif status not in (409, 412, 422):
            self.faults.append(f"{verb} {path} said {status}: {said}")
        if self.random.random() < 0.1:
            self._dashboard()

    def _step(self, before: Any) -> tuple[str, Any]:
        if before["status"] == "rejected":
            return "undo", None
        if self.random.random() < 0.2:
            return "reject", {"reason": "other_candidate"}
        return "move", {"stage": self.random.choice([each for each in STAGES if each != before["stage"]])}

    def _reread(self, path: str, said: Any) -> None:
        """Nothing older than what was answered; somebody else may have gone on meanwhile."""
        _, headers, now = self.ask("GET", path)
        if (now["status"], now["stage"]) != (said["status"], said["stage"]):
            _, fresh, again = self.ask("GET", path, **WITHOUT)
            if version_of(fresh["etag"]) == version_of(headers["etag"]) and now != again:
                self.faults.append(f"{path} was stale: {now} instead of {again}")
            self.said["overtaken"] += 1

    def _dashboard(self) -> None:
        status, _, found = self.ask("GET", "/api/v1/dashboard")
        if status != 200 or sum(stage["active"] for stage in found["stages"]) != found["applications"]["active"]:
            self.faults.append(f"the dashboard contradicts itself: {found}")


class Candidate(Player):
    """Applies to one posting after another, twice each, and withdraws now and then."""

    def play(self) -> None:
        job = self.random.choice(self.played.jobs)
        status, _, said = self.ask("POST", f"/api/v2/jobs/{job}/applications", {"source": "month"})
        again, _, refused = self.ask("POST", f"/api/v2/jobs/{job}/applications", {"source": "month"})
        if again != 409 or refused.get("id") != said["id"] or status not in (201, 409):
            self.faults.append(f"applying twice said {status} {said}, then {again} {refused}")
        if status == 201:
            self.said["applied"] += 1
            _, _, mine = self.ask("GET", "/api/v2/users/me/applications")
            if said["id"] not in [each["id"] for each in mine["data"]]:
                self.faults.append(f"application {said['id']} is not among one's own")
            if self.random.random() < 0.3:
                self.ask("POST", f"/api/v2/applications/{said['id']}/withdraw")


def version_of(etag: str) -> int:
    return int(etag.removeprefix("W/").strip('"').partition("-")[0])


@pytest.fixture
def play(tmp_path, make_settings, app) -> Iterator[Any]:
    with contextlib.ExitStack() as stack:
        yield lambda month: _started(stack, tmp_path, make_settings, app, month)


def _started(stack: contextlib.ExitStack, tmp_path: Any, make_settings: Any, app: Any, month: Month) -> Played:
    own = {
        "TALENTSPHERE_HOME": str(tmp_path), "RATE_LIMIT_ENABLED": "false", "WORKERS": "2", "REJECTION_DELAY_S": "3600",
        "CACHE_WARM_UP_ON_START": "false", "SECRET_KEY": make_settings().secret_key.value(),
        "RATE_LIMIT_APPLY_ADDRESS": "1000000/hour",
    }  # fmt: skip
    url = stack.enter_context(scratch_database(tmp_path, "month"))
    instance = create_app(make_settings(**own, DATABASE_URL=url))
    factories.use(instance)
    stack.callback(factories.use, app)
    with instance.app_context():
        migrations.upgrade()
        seeded = seed_month(month)
        refresh_statistics(engines_of(instance).read)
    engines_of(instance).write.dispose()
    server = stack.enter_context(gunicorn(tmp_path, application="talentsphere.wsgi:app", DATABASE_URL=url, **own))
    stack.callback(engines_of(instance).write.dispose)
    return Played(server, instance, seeded)


def cast(played: Played, recruiters: int) -> list[Player]:
    """Return recruiters of the company, and as many candidates, each signed in."""
    with played.instance.app_context(), reading() as session:
        of_company = (User.company_id == played.seeded.company_id, User.role == "recruiter")
        staff = session.execute(select(User.id, User.token_version).where(*of_company).limit(recruiters)).all()
    players: list[Player] = [Recruiter(played, token_of(each), number) for number, each in enumerate(staff)]
    candidates = [make_user(email=f"player{number}@example.org") for number in range(recruiters)]
    return [*players, *(Candidate(played, token_of(each), number) for number, each in enumerate(candidates))]


def run(players: list[Player], seconds: float) -> None:
    until = time.monotonic() + seconds

    def keep_playing(player: Player) -> None:
        try:
            while time.monotonic() < until:
                player.play()
        except Exception as error:  # told by the test
            player.faults.append(repr(error))

    threads = [threading.Thread(target=keep_playing, args=(player,)) for player in players]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("wanted", [SMALL, WHOLE], ids=["small", "whole"])
def test_after_a_month_of_many_at_once_everything_adds_up(play, wanted):
    month, recruiters, seconds = wanted
    begun = time.monotonic()
    played = play(month)
    seeded_s = time.monotonic() - begun
    players = cast(played, recruiters)
    run(players, seconds)

    said = sum((player.said for player in players), Counter())
    print(f"\nseeded {month.applications} applications in {seeded_s:.0f} s; then {dict(sorted(said.items()))}")
    assert [fault for player in players for fault in player.faults] == []
    assert played.differences() == []
    with played.instance.app_context(), reading() as session:
        applications = session.scalar(select(func.count()).select_from(Application))
        steps = session.scalar(select(func.count()).where(ApplicationEvent.user_id.is_not(None)))
        versions = session.scalar(select(func.sum(Application.version - 1)))
    withdrawn = said["POST 200"] - said["steps"]
    assert applications == month.applications + said["applied"]
    assert steps == said["applied"] + said["POST 200"], "each accepted step is in the history, once"
    assert versions == said["steps"] + withdrawn, "each accepted step raised its version, none overwrote another"
    assert said["steps"] > recruiters
    assert said["applied"] >= recruiters
