"""Create companies, skills and jobs.

Revision: 0001, the first
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def where(condition: str) -> dict[str, sa.TextClause]:
    """The condition of a partial index, for both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def folded(length: int) -> sa.types.TypeEngine[str]:
    """Text that both databases compare byte by byte."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


OPEN = where("status = 'open'")
FEATURED = where("status = 'open' AND featured")
SAMPLED = where("status = 'open' AND id % 64 = 0")
WALK = [
    "key", "country", "remote", "employment_type", "experience_level", "pay_yearly", "currency", "company_id",
    "featured", "location_key", "city_key", "region_key", "id", "status",
]  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "companies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", folded(200), nullable=False),
        sa.Column("slug", folded(120), nullable=False),
        sa.Column("website", sa.String(length=500), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("confidential", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("open_jobs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_companies_slug", "companies", ["slug"], unique=True)
    op.create_index("ix_companies_name_key_id", "companies", ["name_key", "id"], unique=False)

    op.create_table(
        "dictionaries",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_dictionaries")),
    )
    op.create_table(
        "job_tallies",
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("country", folded(2), nullable=False),
        sa.Column("employment_type", sa.String(length=20), nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("status", "country", "employment_type", "remote", "shard", name=op.f("pk_job_tallies")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "skills",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", folded(200), nullable=False),
        sa.Column("slug", folded(200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_skills_slug", "skills", ["slug"], unique=True)
    op.create_index("ix_skills_name_key_id", "skills", ["name_key", "id"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=10), server_default="draft", nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("title_key", folded(120), nullable=False),
        sa.Column("slug", folded(120), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.Column("location_key", folded(200), nullable=True),
        sa.Column("city", sa.String(length=120), nullable=True),
        sa.Column("city_key", folded(120), nullable=True),
        sa.Column("region", sa.String(length=120), nullable=True),
        sa.Column("region_key", folded(120), nullable=True),
        sa.Column("country", folded(2), nullable=True),
        sa.Column("remote", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("employment_type", sa.String(length=20), nullable=True),
        sa.Column("experience_level", sa.String(length=20), nullable=True),
        sa.Column("salary_min", sa.BigInteger(), nullable=True),
        sa.Column("salary_max", sa.BigInteger(), nullable=True),
        sa.Column("currency", folded(3), nullable=True),
        sa.Column("salary_period", sa.String(length=10), nullable=True),
        sa.Column("pay_yearly", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("featured", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("source", folded(80), nullable=True),
        sa.Column("external_id", folded(200), nullable=True),
        sa.Column("industry", sa.String(length=200), nullable=True),
        sa.Column("closed_reason", sa.String(length=20), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_text", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'open', 'paused', 'closed')", name=op.f("ck_jobs_status")),
        sa.CheckConstraint(
            "salary_max IS NULL OR salary_min IS NULL OR salary_max >= salary_min",
            name=op.f("ck_jobs_salary"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_jobs_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_featured_key", "jobs", ["key"], unique=False, **FEATURED)
    op.create_index("ix_jobs_open_city", "jobs", ["city_key", "key"], unique=False, **OPEN)
    op.create_index("ix_jobs_open_company", "jobs", ["company_id", "key"], unique=False, **OPEN)
    op.create_index("ix_jobs_open_key", "jobs", WALK, unique=False, **OPEN)
    op.create_index("ix_jobs_open_location", "jobs", ["location_key", "key"], unique=False, **OPEN)
    op.create_index("ix_jobs_open_pay", "jobs", ["pay_yearly", "key"], unique=False, **OPEN)
    op.create_index("ix_jobs_open_title", "jobs", ["title_key", "key"], unique=False, **OPEN)
    op.create_index("ix_jobs_sample", "jobs", WALK, unique=False, **SAMPLED)
    op.create_index("uq_jobs_source_external_id", "jobs", ["source", "external_id"], unique=True)

    op.create_table(
        "skill_names",
        sa.Column("name_key", folded(200), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["skills.id"], name=op.f("fk_skill_names_skill_id_skills"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name_key", "skill_id", name=op.f("pk_skill_names")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_skill_names_skill_id", "skill_names", ["skill_id"], unique=False)

    op.create_table(
        "job_skills",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("skill_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_skills_job_id_jobs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["skills.id"], name=op.f("fk_job_skills_skill_id_skills"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "skill_id", name=op.f("pk_job_skills")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_job_skills_skill_key", "job_skills", ["skill_id", "key", "job_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        # long texts leave the row, so that a page of a list reads few blocks; titles and places stay
        op.execute("ALTER TABLE jobs SET (toast_tuple_target = 1024)")


def downgrade() -> None:
    for table in ("job_skills", "skill_names", "jobs", "skills", "job_tallies", "dictionaries", "companies"):
        op.drop_table(table)
