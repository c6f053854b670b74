#!/usr/bin/env python3
"""Send an instance of its own 500 applications as programs send them and 20 as people do, and count who is quarantined.

    python scripts/spam_drill.py [--posts 500] [--people 20] [--json]

It needs no network: the application runs in this process on a scratch SQLite database, with its own counters. Programs
come from one address and are of three kinds: those that fill in every field, those that send the form back at once, and
those that send one long letter without any form. People come from addresses of their own, fetch the form, take some
seconds, and write what nobody else writes. Exit 1 when less than 95 % of the programs
or any person is quarantined, or somebody is not answered 201.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TEXT = "I am writing to you about the position. My hands are quick and my prices are low, so do visit my pages. "
KINDS = ("fills in every field", "sends the form at once", "sends one letter")
LEAST = 0.95


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=500, help="applications of programs")
    parser.add_argument("--people", type=int, default=20, help="applications of people")
    parser.add_argument("--dry-run", action="store_true", help="say what would be sent")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    wanted = parser.parse_args()
    if wanted.dry_run:
        print(f"would send {wanted.posts} applications of programs and {wanted.people} of people to a scratch instance")
        return 0
    with tempfile.TemporaryDirectory(prefix="talentsphere-spam-") as home:
        figures = drilled(Path(home), wanted.posts, wanted.people)
    print(json.dumps(figures) if wanted.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))
    all_answered = figures["answered_201"] == wanted.posts + wanted.people
    is_held = figures["share_quarantined"] >= LEAST and figures["people_quarantined"] == 0
    return 0 if all_answered and is_held else 1


def drilled(home: Path, posts: int, people: int) -> dict[str, Any]:
    """Return what became of each kind."""
    os.environ |= {
        "TALENTSPHERE_HOME": str(home), "DATABASE_URL": f"sqlite:///{home}/drill.db", "TRUSTED_PROXIES": "1",
        "LOG_LEVEL": "ERROR", "TALENTSPHERE_ENV": "development", "RATE_LIMIT_ENABLED": "true",
    }  # fmt: skip
    from talentsphere.app import create_app
    from talentsphere.db import migrations
    from talentsphere.settings import Settings

    settings = Settings.from_env()
    app = create_app(settings)
    with app.app_context():
        migrations.upgrade()
        job_id, tokens = filled(app, posts + people)
    client = app.test_client()
    answers = [
        client.post(
            f"/api/v2/jobs/{job_id}/applications",
            json=body(settings, client, job_id, number, number < posts),
            headers={"Authorization": f"Bearer {token}", "X-Forwarded-For": address(number, number < posts)},
        ).status_code
        for number, token in enumerate(tokens)
    ]
    with app.app_context():
        return counted(posts, answers)


def filled(app: Any, candidates: int) -> tuple[int, list[str]]:
    """Make a job, and candidates who are signed in; return its id and their tokens."""
    from datetime import timedelta

    from talentsphere.db.base import now
    from talentsphere.db.caller import Actor, Extent, Reach
    from talentsphere.db.events import add_event
    from talentsphere.db.session import writing
    from talentsphere.domains.accounts.keyring import KEYRING
    from talentsphere.domains.accounts.models import Session, User
    from talentsphere.domains.companies.models import Company
    from talentsphere.domains.jobs.bodies import NewJob
    from talentsphere.domains.jobs.editing import add_job

    with writing() as session:
        company = Company(name="Viamo", name_key="viamo", slug="viamo")
        session.add(company)
        session.flush()
        add_event(session, "company.created", company.id, company_id=company.id)
        new = {"title": "Nurse", "description": "Care for people.", "status": "open", "company_id": company.id}
        job = add_job(session, Reach(Extent.EVERYTHING), Actor(), NewJob().load(new))
        tokens = []
        for number in range(candidates):
            email = f"candidate{number}@example.org"
            user = User(email=email, email_key=email, full_name=f"Candidate {number}", password_hash="!")
            session.add(user)
            session.flush()
            add_event(session, "user.created", user.id)
            sign_in = Session(user_id=user.id, expires_at=now() + timedelta(days=1))
            session.add(sign_in)
            session.flush()
            issue = app.extensions[KEYRING].access_tokens.issue
            tokens.append(issue(user.id, sign_in.id, user.token_version, now()))
    return job["id"], tokens


def body(settings: Any, client: Any, job_id: int, number: int, is_program: bool) -> dict[str, Any]:
    """Return what this applicant sends."""
    from talentsphere.domains.applications.links import form_token

    if not is_program:
        seconds = 5 + number % 300  # as long as it took them to write
        token = form_token(settings, job_id, int(time.time() * 1000) - seconds * 1000)
        letter = f"As nurse number {number} of my family I would like to work with you. " * 5
        return {"cover_letter": letter, "form_token": token, "website": "", "source": "friends"}
    kind = KINDS[number % len(KINDS)]
    if kind == "fills in every field":
        return {"cover_letter": f"{TEXT} {number}", "website": f"https://pills.example/{number}", "source": "web"}
    if kind == "sends the form at once":
        token = client.get(f"/api/v2/jobs/{job_id}/application-form").get_json()["form_token"]
        return {"cover_letter": f"{TEXT} {number}", "form_token": token, "website": ""}
    return {"cover_letter": TEXT * 4}


def address(number: int, is_program: bool) -> str:
    return "203.0.113.7" if is_program else f"198.51.100.{1 + number % 250}"


def counted(posts: int, answers: list[int]) -> dict[str, Any]:
    """Return the figures; the applications have the order in which they were sent."""
    from sqlalchemy import select

    from talentsphere.db.session import reading
    from talentsphere.domains.applications.models import Application

    with reading() as session:
        rows = session.execute(select(Application.status, Application.suspicion).order_by(Application.id)).all()
    programs, people = rows[:posts], rows[posts:]
    missed = sum(row.status != "quarantined" for row in programs)
    found: dict[str, Any] = {
        "posts": len(programs),
        "share_quarantined": round(1 - missed / max(1, len(programs)), 4),
        "people": len(people),
        "people_quarantined": sum(row.status == "quarantined" for row in people),
        "answered_201": answers.count(201),
    }
    for reason in sorted({row.suspicion for row in rows if row.suspicion}):
        found[f"quarantined_for_{reason}"] = sum(row.suspicion == reason for row in rows)
    return found


if __name__ == "__main__":
    sys.exit(main())
