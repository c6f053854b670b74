"""Index a company's own postings, drafts included.

Revision: 0003, after 0002. On PostgreSQL the index is built beside the traffic, outside of a transaction.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("ix_jobs_company_key", "jobs", ["company_id", "key"], postgresql_concurrently=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_jobs_company_key", table_name="jobs", postgresql_concurrently=True)
