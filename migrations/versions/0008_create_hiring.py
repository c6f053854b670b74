"""Create resumes, stages, applications, their history, notes and tags; let a job ask questions.

Revision: 0008, after 0006. On SQLite the outbox still had the list of its templates, which 0004 meant to take away.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATUSES = "('active', 'hired', 'rejected', 'withdrawn', 'quarantined')"
STAGE_KINDS = "('new', 'screen', 'interview', 'offer', 'hired')"
EVENT_KINDS = "('applied', 'moved', 'rejected', 'undone', 'withdrawn', 'released')"


def folded(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("questions", sa.JSON()))
    _create_resumes()
    _create_stages()
    _create_applications()
    _create_events()
    _create_remarks()
    if op.get_context().dialect.name == "sqlite":
        with op.batch_alter_table("outbox", recreate="always", table_kwargs={"sqlite_autoincrement": True}) as outbox:
            outbox.drop_constraint(op.f("ck_outbox_template"), type_="check")


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE template IN ('application_received', 'application_rejected')")
    for table in (
        "application_tags", "notes", "application_events", "application_tallies", "applications", "job_stages",
        "stage_templates", "resumes",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_column("jobs", "questions")


def _create_resumes() -> None:
    op.create_table(
        "resumes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        *_versioned(),
        sa.Column("text", sa.Text(), nullable=False),
        _belongs("resumes", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resumes")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_resumes_public_id", "resumes", ["public_id"], unique=True)


def _create_stages() -> None:
    op.create_table(
        "stage_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_key", folded(80), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        *_versioned(),
        _belongs("stage_templates", "company_id", "companies"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_templates")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_stage_templates_company_name", "stage_templates", ["company_id", "name_key"], unique=True)
    op.create_table(
        "job_stages",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("stage", folded(40), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.CheckConstraint(f"kind IN {STAGE_KINDS}", name=op.f("ck_job_stages_kind")),
        _belongs("job_stages", "job_id", "jobs"),
        sa.PrimaryKeyConstraint("job_id", "stage", name=op.f("pk_job_stages")),
        sqlite_with_rowid=False,
    )


def _create_applications() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("stage", folded(40), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("applied_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.Column("undo_until", MOMENT),
        sa.Column("reject_reason", sa.String(20)),
        sa.Column("source", folded(80)),
        sa.Column("suspicion", sa.String(20)),
        sa.Column("is_knocked_out", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("resume_id", sa.Integer()),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("cover_letter", sa.Text()),
        sa.CheckConstraint(f"status IN {STATUSES}", name=op.f("ck_applications_status")),
        _belongs("applications", "job_id", "jobs", None),
        _belongs("applications", "candidate_id", "users", None),
        _belongs("applications", "company_id", "companies", None),
        _belongs("applications", "resume_id", "resumes", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_applications_job_candidate", "applications", ["job_id", "candidate_id"], unique=True)
    op.create_index("ix_applications_board", "applications", ["job_id", "stage", "status", "id"])
    op.create_index("ix_applications_job", "applications", ["job_id", "id"])
    op.create_index("ix_applications_candidate", "applications", ["candidate_id", "id"])
    op.create_table(
        "application_tallies",
        sa.Column("company_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", folded(40), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "job_id", "stage", "status", name=op.f("pk_application_tallies")),
        sqlite_with_rowid=False,
    )


def _create_events() -> None:
    op.create_table(
        "application_events",
        sa.Column("id", BIG, nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("api_key_id", sa.Integer()),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("from_stage", sa.String(40)),
        sa.Column("to_stage", sa.String(40), nullable=False),
        sa.Column("from_status", sa.String(12)),
        sa.Column("to_status", sa.String(12), nullable=False),
        sa.Column("seconds", sa.BigInteger()),
        sa.Column("reason", sa.String(20)),
        sa.Column("comment", sa.String(500)),
        sa.CheckConstraint(f"kind IN {EVENT_KINDS}", name=op.f("ck_application_events_kind")),
        _belongs("application_events", "application_id", "applications"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_application_events_application", "application_events", ["application_id", "id"])


def _create_remarks() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer()),
        sa.Column("visibility", sa.String(10), nullable=False),
        *_versioned(),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("visibility IN ('private', 'team')", name=op.f("ck_notes_visibility")),
        _belongs("notes", "application_id", "applications"),
        _belongs("notes", "author_id", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notes_application", "notes", ["application_id", "id"])
    op.create_table(
        "application_tags",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("tag", folded(40), nullable=False),
        _belongs("application_tags", "application_id", "applications"),
        sa.PrimaryKeyConstraint("application_id", "tag", name=op.f("pk_application_tags")),
        sqlite_with_rowid=False,
    )


def _versioned() -> tuple[sa.Column, ...]:
    return (
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    )


def _belongs(table: str, column: str, to: str, ondelete: str | None = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)
