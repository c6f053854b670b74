"""Create tasks, schedules and their workers; let postings wait for a time; let mails have a state.

Revision: 0004, after 0003. The outbox loses the list of its templates: a new kind of mail must not need a migration.
On PostgreSQL the indexes of postings are built beside the traffic, outside of a transaction.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TEMPLATES = "template IN ('verify_email', 'reset_password', 'address_taken', 'invitation')"
ENDS, BEGINS = "status IN ('open', 'paused') AND expires_at IS NOT NULL", "status = 'draft' AND publish_at IS NOT NULL"


def folded(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("run_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("leased_by", sa.String(80)),
        sa.Column("lease_until", MOMENT),
        sa.Column("progress", sa.SmallInteger()),
        sa.Column("result", sa.JSON()),
        sa.Column("error", sa.String(200)),
        sa.Column("dedupe_key", folded(120)),
        sa.Column("user_id", sa.Integer()),
        sa.Column("company_id", sa.Integer()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_tasks_status")),
        sa.CheckConstraint("priority IN (0, 1, 2)", name=op.f("ck_tasks_priority")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_tasks_public_id", "tasks", ["public_id"], unique=True)
    _partial("ix_tasks_due", "tasks", ["priority", "run_at", "id"], "status = 'queued'")
    _partial("uq_tasks_dedupe_key", "tasks", ["dedupe_key"], "status = 'queued'", unique=True)
    _partial("ix_tasks_lease_until", "tasks", ["lease_until"], "status = 'running'")
    _partial("ix_tasks_over", "tasks", ["status", "finished_at"], "finished_at IS NOT NULL")
    op.create_table(
        "schedules",
        sa.Column("name", folded(60), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=False),
        sa.Column("next_run", MOMENT, nullable=False),
        sa.Column("last_run", MOMENT),
        sa.Column("task_id", BIG),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedules")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task_workers",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_task_workers")),
        sqlite_with_rowid=False,
    )
    _change_outbox()
    op.create_index("ix_outbox_created_at", "outbox", ["created_at"])
    op.add_column("jobs", sa.Column("publish_at", MOMENT))
    with op.get_context().autocommit_block():
        _partial("ix_jobs_expires_at", "jobs", ["expires_at"], ENDS, postgresql_concurrently=True)
        _partial("ix_jobs_publish_at", "jobs", ["publish_at"], BEGINS, postgresql_concurrently=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in ("ix_jobs_publish_at", "ix_jobs_expires_at"):
            op.drop_index(name, table_name="jobs", postgresql_concurrently=True)
    op.drop_column("jobs", "publish_at")
    op.drop_index("ix_outbox_created_at", table_name="outbox")
    op.execute(sa.text(f"DELETE FROM outbox WHERE NOT ({TEMPLATES})"))  # noqa: S608
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_autoincrement": True}) as outbox:
        outbox.drop_column("status")
        outbox.drop_column("user_id")
        outbox.create_check_constraint(op.f("ck_outbox_template"), sa.text(TEMPLATES))
    for table in ("task_workers", "schedules", "tasks"):
        op.drop_table(table)


def _change_outbox() -> None:
    """Mails of before there were tasks are ``kept``: nobody waits for them any more."""
    columns = (
        sa.Column("status", sa.String(12), nullable=False, server_default="kept"),
        sa.Column("user_id", sa.Integer()),
    )
    if op.get_context().dialect.name == "sqlite":
        # made anew, which leaves its checks behind: SQLite takes none away
        with op.batch_alter_table("outbox", recreate="always", table_kwargs={"sqlite_autoincrement": True}) as outbox:
            for column in columns:
                outbox.add_column(column)
        return
    op.drop_constraint(op.f("ck_outbox_template"), "outbox", type_="check")
    for column in columns:
        op.add_column("outbox", column)


def _partial(name: str, table: str, columns: list[str], where: str, **options: object) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition, **options)
