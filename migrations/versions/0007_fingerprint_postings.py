"""Fingerprint postings, so that copies are found within their company.

Revision: 0007, after 0006. Postings that are there have none until they are written, or until
``talentsphere jobs fingerprint``. On PostgreSQL the indexes are built beside the traffic, outside of a transaction.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BANDS = ("near_1", "near_2", "near_3", "near_4")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("text_hash", sa.BigInteger()))
    for name in BANDS:
        op.add_column("jobs", sa.Column(name, sa.Integer()))
    op.add_column("jobs", sa.Column("sketch", sa.String(128)))
    with op.get_context().autocommit_block():
        for name in BANDS:
            op.create_index(f"ix_jobs_{name}", "jobs", [name, "company_id"], postgresql_concurrently=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in BANDS:
            op.drop_index(f"ix_jobs_{name}", table_name="jobs", postgresql_concurrently=True)
    for name in ("sketch", *reversed(BANDS), "text_hash"):
        op.drop_column("jobs", name)
