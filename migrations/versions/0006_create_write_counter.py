"""Create the counter of writes, and give the database an id of its own.

Revision: 0006, after 0005. What was cached of an earlier database under the same address is never used again.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counter = op.create_table(
        "write_counter",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_write_counter"),
    )
    op.bulk_insert(counter, [{"id": 1, "n": 0, "instance": secrets.randbits(62) + 1}])


def downgrade() -> None:
    op.drop_table("write_counter")
