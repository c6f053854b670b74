"""A small board on which every filter has something to find and something to leave out."""

from __future__ import annotations

from datetime import timedelta

from tests.factories import POSTED_AT, close_job, make_company, make_job, make_skill

from talentsphere.domains.jobs.models import Job

DAY = timedelta(days=1)


def make_board() -> dict[str, Job]:
    """Add five open postings, the newest first, and one of each status that nobody may see."""
    make_company("Viamo")
    make_company("Charité")
    make_skill("Kubernetes", aliases=["k8s"])
    nothing = dict.fromkeys(
        ("location", "city", "region", "country", "employment_type", "experience_level", "salary_min", "salary_max",
         "currency", "salary_period")
    )  # fmt: skip
    jobs = {
        "engineer": make_job("Data Engineer", skills=["Python", "Kubernetes"]),
        "nurse": make_job(
            "Nurse", "Charité", posted_at=POSTED_AT - DAY,
            location="Berlin", city="Berlin", region="Berlin", country="DE",
            employment_type="part_time", experience_level="entry", salary_min=20, salary_max=None, currency="EUR",
            salary_period="hour", skills=["Nursing"],
        ),
        "writer": make_job(
            "Writer", posted_at=POSTED_AT - 2 * DAY, remote=True, location="Berlin", country="DE",
            employment_type="contract", experience_level="senior", salary_min=50_000, salary_max=60_000, currency="EUR",
        ),
        "driver": make_job("Driver", "Charité", posted_at=POSTED_AT - 3 * DAY, featured=True, **nothing),
        "analyst": make_job(
            "Analyst", posted_at=POSTED_AT - 4 * DAY, region="Québec", city="Montréal", skills=["Python"],
            salary_max=100_000,
        ),
    }  # fmt: skip
    close_job(make_job("Closed"))
    make_job("Draft", status="draft")
    make_job("Paused", status="paused")
    return jobs


NEWEST = ["Data Engineer", "Nurse", "Writer", "Driver", "Analyst"]
"""Titles of the open postings."""

FILTERS = [
    ("company=viamo", ["Data Engineer", "Writer", "Analyst"]),
    ("company=2", ["Nurse", "Driver"]),
    ("company=VIAMO&company=2", NEWEST),
    ("company=nobody", []),
    ("company=999", []),
    ("company=viamo&company=nobody", ["Data Engineer", "Writer", "Analyst"]),
    ("location=BERLIN", ["Nurse", "Writer"]),
    ("location=toronto,%20ontario&location=berlin", ["Data Engineer", "Nurse", "Writer", "Analyst"]),
    ("location=ber", []),
    ("location=remote", ["Writer"]),
    ("location=Remote&location=berlin", ["Nurse", "Writer"]),
    ("city=toronto", ["Data Engineer", "Writer"]),
    ("city=Montr%C3%A9al&city=berlin", ["Nurse", "Analyst"]),
    ("region=qu%C3%89bec", ["Analyst"]),
    ("region=Ontario&region=Berlin", ["Data Engineer", "Nurse", "Writer"]),
    ("country=de", ["Nurse", "Writer"]),
    ("country=DE&country=CA", ["Data Engineer", "Nurse", "Writer", "Analyst"]),
    ("remote=true", ["Writer"]),
    ("remote=false", ["Data Engineer", "Nurse", "Driver", "Analyst"]),
    ("remote=true&remote=false", NEWEST),
    ("employment_type=PART-TIME", ["Nurse"]),
    ("employment_type=part%20time&employment_type=contract", ["Nurse", "Writer"]),
    ("experience_level=Senior", ["Writer"]),
    ("experience_level=senior&experience_level=entry", ["Nurse", "Writer"]),
    ("salary_min=0", ["Data Engineer", "Nurse", "Writer", "Analyst"]),
    ("salary_min=41600", ["Data Engineer", "Nurse", "Writer", "Analyst"]),
    ("salary_min=41601", ["Data Engineer", "Writer", "Analyst"]),
    ("salary_min=100001", ["Data Engineer"]),
    ("salary_min=100001&salary_min=50000", ["Data Engineer", "Writer", "Analyst"]),
    ("salary_min=50000&currency=eur", ["Writer"]),
    ("currency=EUR&currency=CAD", ["Data Engineer", "Nurse", "Writer", "Analyst"]),
    ("skill=python", ["Data Engineer", "Analyst"]),
    ("skill=K8S", ["Data Engineer"]),
    ("skill=k8s&skill=nursing", ["Data Engineer", "Nurse"]),
    ("skill=python&skill=kubernetes", ["Data Engineer", "Analyst"]),
    ("skill=cobol", []),
    ("posted_after=2026-01-30", ["Data Engineer", "Nurse"]),
    ("posted_after=2026-01-30T09:00:01Z", ["Data Engineer"]),
    ("posted_after=2026-01-30T10:00:00%2B01:00", ["Data Engineer", "Nurse"]),
    ("posted_after=2027-01-01&posted_after=2026-01-31", ["Data Engineer"]),
    ("featured=true", ["Driver"]),
    ("featured=false", ["Data Engineer", "Nurse", "Writer", "Analyst"]),
    ("remote=true&salary_min=50000", ["Writer"]),
    ("company=viamo&country=ca&skill=python&salary_min=110000", ["Data Engineer"]),
]
"""(query, titles newest first)."""
