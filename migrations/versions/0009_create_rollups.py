"""Create the roll-ups of hiring; no history is older than they are.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def folded(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "stage_rollups",
        sa.Column("company_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", folded(40), nullable=False),
        sa.Column("cohort", sa.Date(), nullable=False),
        sa.Column("source", folded(80), nullable=False),
        *_sums("applied", "reached", "rejected", "withdrawn", "hires", "hire_seconds", "stays", "stay_seconds"),
        sa.PrimaryKeyConstraint("company_id", "job_id", "stage", "cohort", "source", name=op.f("pk_stage_rollups")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "day_rollups",
        sa.Column("company_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        *_sums("applied", "moved", "rejected", "withdrawn", "hires", "hire_seconds"),
        sa.PrimaryKeyConstraint("company_id", "day", "shard", name=op.f("pk_day_rollups")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_day_rollups_day", "day_rollups", ["day"])


def downgrade() -> None:
    op.drop_table("day_rollups")
    op.drop_table("stage_rollups")


def _sums(*names: str) -> tuple[sa.Column, ...]:
    return tuple(sa.Column(name, sa.BigInteger(), nullable=False) for name in names)
