"""Made-up postings in any number, by varying the real ones of the bundled sample; the same every time.

Each posting is drawn from random numbers of its own, seeded by (seed, its place), so that an interrupted run goes on
where it stopped and a repeated one adds nothing. A text is made of paragraphs of one real advert; its skills are
those of just these paragraphs, as the importer would find them.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from talentsphere.db.base import now
from talentsphere.db.bulk import insert_rows
from talentsphere.db.changes import mark_changed
from talentsphere.db.events import add_event
from talentsphere.db.ids import allocate_ids
from talentsphere.db.session import reading, writing
from talentsphere.domains.companies.models import Company
from talentsphere.domains.jobs.importing.pay import UNKNOWN, Pay
from talentsphere.domains.jobs.importing.posting import Posting
from talentsphere.domains.jobs.importing.rows import new_row
from talentsphere.domains.jobs.importing.sources import sample_source
from talentsphere.domains.jobs.importing.text import from_plain
from talentsphere.domains.jobs.models import Job, JobSkill
from talentsphere.domains.jobs.tagging import mark_jobs
from talentsphere.domains.jobs.tallies import Kind, record_tallies
from talentsphere.domains.jobs.templates import Paragraph, Template, templates_of
from talentsphere.domains.names import folded_name, slug_of
from talentsphere.domains.skills.models import Skill
from talentsphere.domains.skills.store import load_extractor

T = TypeVar("T")
JOBS: Any = Job.__table__
JOB_SKILLS: Any = JobSkill.__table__
COMPANIES: Any = Company.__table__

BATCH = 2_000
JOBS_A_COMPANY = 50
AGE = timedelta(days=730)
MAX_SKILLS = 12
TEXT_LENGTH = (300, 1_600)
"""Characters of a made-up text, about."""
FEATURED = 0.02
REMOTE = 0.15
WITH_PAY = 0.65
"""In countries where real adverts state it."""
WITH_WISHES = 0.8
PAY_CHANGE = (0.75, 1.3)
"""By which the pay of the real advert is multiplied."""
_NAME_ENDS = (
    "", "Group", "Labs", "Services", "International", "Partners", "Systems", "Digital", "Health", "Logistics", "Energy",
    "Studio", "Consulting", "Networks", "Holdings", "Foods", "Media", "Retail", "Works", "Technologies",
)  # fmt: skip
_LEVEL_WORDS = {"senior": "Senior", "lead": "Lead", "entry": "Junior", "intern": "Intern"}


@dataclass(frozen=True)
class Seeding:
    """What to make: ``count`` postings of the two years before ``until``, half of them in its last seven months."""

    count: int
    until: datetime
    seed: int = 1
    company_id: int | None = None
    """Whose all of them are; else of companies that are made for them."""

    @property
    def source(self) -> str:
        """Under which the postings stand, so that the same request finds its own again."""
        return f"seed-{self.seed}-{self.count}" + (f"-of-{self.company_id}" if self.company_id else "")


class Seeded(NamedTuple):
    """How many postings were made now, and how many were there already."""

    added: int
    unchanged: int


def seed_jobs(wanted: Seeding, on_batch: Callable[[int], None] = lambda _done: None) -> Seeded:
    """Make the postings that are missing, 2,000 in a transaction; ``on_batch`` hears how many are there.

    Needs an application context.
    """
    with reading() as session:
        extractor, _ = load_extractor(session)
        names = {skill.id: skill.name for skill in session.execute(select(Skill.id, Skill.name))}
        there = session.scalar(select(func.count()).where(Job.source == wanted.source)) or 0
    templates = templates_of(sample_source(), extractor)
    with writing() as session:
        employers = [wanted.company_id] if wanted.company_id else _employers(session, wanted, templates)
    maker = _Maker(wanted, templates, employers, names)
    for first in range(there, wanted.count, BATCH):
        last = min(first + BATCH, wanted.count)
        with writing() as session:
            _store(session, [maker.make(place) for place in range(first, last)], wanted)
        on_batch(last)
    return Seeded(wanted.count - there, there)


class _Draw(Sequence[T]):
    """Values with weights, to draw from."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._values = list(weights)
        self._sums = list(accumulate(weights.values()))

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, place: Any) -> Any:
        return self._values[place]

    def draw(self, random: Random) -> T:
        return self._values[bisect(self._sums, random.random() * self._sums[-1])]


STATUSES = _Draw({"open": 90, "closed": 6, "paused": 2.5, "draft": 1.5})
REASONS = _Draw({"filled": 60, "expired": 25, "cancelled": 10, "duplicate": 3, "other": 2})
TYPES = _Draw({
    "full_time": 74, "contract": 10, "part_time": 8, "temporary": 4, "internship": 3, "per_diem": 0.5, "volunteer": 0.5,
})  # fmt: skip
LEVELS = _Draw({None: 40, "senior": 22, "mid": 15, "entry": 12, "lead": 7, "intern": 2, "executive": 2})


class _Made(NamedTuple):
    posting: Posting
    company_id: int
    skill_ids: tuple[int, ...]
    is_featured: bool


class _Maker:
    """Makes the posting of a place."""

    def __init__(
        self, wanted: Seeding, templates: Sequence[Template], employers: Sequence[int], names: Mapping[int, str]
    ) -> None:
        self._wanted = wanted
        self._templates = templates
        self._names = names
        self._skills = _Draw(Counter(skill for each in templates for skill in _skills_of(each)))
        self._employers = _Draw({company_id: 1 / (rank + 3) for rank, company_id in enumerate(employers)})
        self._paid: defaultdict[str | None, list[Posting]] = defaultdict(list)
        for each in templates:
            if each.posting.salary_max and each.posting.currency:
                self._paid[each.posting.country].append(each.posting)

    def make(self, place: int) -> _Made:
        random = Random(self._wanted.seed << 40 | place)  # noqa: S311  # made-up data
        template = random.choice(self._templates)
        level = LEVELS.draw(random)
        paragraphs = [*_some_paragraphs(template, random), *self._wishes(random)]
        where = random.choice(self._templates).posting
        description, text = from_plain("\n\n".join(paragraph.text for paragraph in paragraphs))
        pay = self._pay(where.country, random)
        status = STATUSES.draw(random)
        posting = Posting(
            source=self._wanted.source,
            external_id=str(place),
            title=_title(template.posting.title, level),
            employment_type=TYPES.draw(random),
            experience_level=level,
            posted_at=self._date(place, random),
            status=status,
            closed_reason=REASONS.draw(random) if status == "closed" else None,
            industry=template.posting.industry,
            description=description,
            description_text=text,
            location=where.location,
            city=where.city,
            region=where.region,
            country=where.country,
            remote=where.remote or random.random() < REMOTE,
            salary_min=pay.lowest,
            salary_max=pay.highest,
            currency=pay.currency,
            salary_period=pay.period,
        )
        skills = dict.fromkeys([*template.title_skills, *(skill for each in paragraphs for skill in each.skill_ids)])
        featured = status == "open" and random.random() < FEATURED
        return _Made(posting, self._employers.draw(random), tuple(skills)[:MAX_SKILLS], featured)

    def _date(self, place: int, random: Random) -> datetime:
        """Later places are later: ids and dates rise together, as in a living database."""
        left: float = (1 - (place + random.random()) / self._wanted.count) ** 1.8
        return (self._wanted.until - AGE * left).replace(microsecond=0)

    def _wishes(self, random: Random) -> Iterator[Paragraph]:
        """Yield a sentence of skills, as often as adverts have one; frequent skills are asked for more often."""
        if self._skills and random.random() < WITH_WISHES:
            skills = tuple(dict.fromkeys(self._skills.draw(random) for _ in range(random.randint(2, 9))))
            yield Paragraph(f"You bring: {', '.join(self._names[skill] for skill in skills)}.", skills)

    def _pay(self, country: str | None, random: Random) -> Pay:
        """Vary the pay of a real advert of that country."""
        paid = self._paid[country]
        if not paid or random.random() > WITH_PAY:
            return UNKNOWN
        source, factor = random.choice(paid), random.uniform(*PAY_CHANGE)
        step = 1_000 if (source.salary_max or 0) > 20_000 else 1
        lowest, highest = (
            int((amount or 0) * factor / step) * step for amount in (source.salary_min, source.salary_max)
        )
        return Pay(lowest or None, highest or None, source.currency, source.salary_period)


def _skills_of(template: Template) -> set[int]:
    return {*template.title_skills, *(skill for each in template.paragraphs for skill in each.skill_ids)}


def _title(title: str, level: str | None) -> str:
    word = _LEVEL_WORDS.get(level or "")
    return title if word is None or word.casefold() in title.casefold() else f"{word} {title}"[:300]


def _some_paragraphs(template: Template, random: Random) -> Sequence[Paragraph]:
    """Take neighbouring paragraphs from anywhere in the advert, until the text is long enough."""
    paragraphs, length = template.paragraphs, random.randint(*TEXT_LENGTH)
    first = last = random.randrange(len(paragraphs))
    while last < len(paragraphs) and length > 0:
        length -= len(paragraphs[last].text)
        last += 1
    return paragraphs[first:last]


def _employers(session: Session, wanted: Seeding, templates: Sequence[Template]) -> Sequence[int]:
    """Return the ids of the seed's companies, the largest first; makes those that are missing."""
    names = list(_company_names(wanted.count // JOBS_A_COMPANY + 1, templates))
    keys = [folded_name(name, 200) for name in names]
    statement = select(COMPANIES.c.name_key, COMPANIES.c.id).where(~COMPANIES.c.confidential)
    held: dict[str, int] = {row.name_key: row.id for row in session.execute(statement.order_by(COMPANIES.c.id.desc()))}
    new = [(key, name) for key, name in zip(keys, names, strict=True) if key not in held]
    ids = allocate_ids(session, Company, len(new)) if new else ()
    made_at = now()
    rows: list[dict[str, Any]] = [
        {
            "id": company_id, "name": name, "name_key": key, "slug": f"{slug_of(name, 100, 'company')}-s{company_id}",
            "confidential": False, "open_jobs": 0, "version": 1, "created_at": made_at, "updated_at": made_at,
        }
        for company_id, (key, name) in zip(ids, new, strict=True)
    ]  # fmt: skip
    mark_changed(session, "companies")
    insert_rows(session, COMPANIES, rows)
    for row in rows:
        add_event(session, "company.created", row["id"], company_id=row["id"])
    held.update((row["name_key"], row["id"]) for row in rows)
    return [held[key] for key in keys]


def _company_names(count: int, templates: Sequence[Template]) -> Iterator[str]:
    """Yield ``count`` names that differ: real ones, then the same with other endings, then numbered."""
    real = list(dict.fromkeys(each.posting.company for each in templates if each.posting.company))
    for place in range(count):
        turn, base = divmod(place, len(real))
        series, end = divmod(turn, len(_NAME_ENDS))
        yield " ".join(part for part in (real[base], _NAME_ENDS[end], str(series + 1) if series else "") if part)


def _store(session: Session, made: Sequence[_Made], wanted: Seeding) -> None:
    ids = allocate_ids(session, Job, len(made))
    rows, skills, kinds = [], [], Counter[Kind]()
    for each, job_id in zip(made, ids, strict=True):
        row = new_row(each.posting, job_id, each.company_id, "", each.posting.posted_at or wanted.until)
        row["featured"] = each.is_featured
        rows.append(row)
        skills += [{"job_id": job_id, "skill_id": skill_id, "key": row["key"]} for skill_id in each.skill_ids]
        kinds[Kind(each.company_id, row["status"], row["country"], row["employment_type"], row["remote"])] += 1
        add_event(session, "job.created", job_id, company_id=each.company_id)
    mark_jobs(session, (), {each.company_id for each in made})
    insert_rows(session, JOBS, rows)
    insert_rows(session, JOB_SKILLS, skills)
    record_tallies(session, kinds)
