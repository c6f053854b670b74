"""Create the labels that a search box suggests, and the words that mistyped ones are compared with.

Revision: 0011, after 0010. They are filled by a task from the postings that are there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY, WORD = 60, 40


def folded(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "suggest_labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("ref", folded(200), nullable=False),
        sa.Column("object_id", sa.Integer()),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("slug", sa.String(200)),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggest_labels")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_suggest_labels_ref", "suggest_labels", ["kind", "ref"], unique=True)
    _links("suggest_keys", "key", "ix_suggest_keys_label")
    _links("suggest_tops", "prefix", "ix_suggest_tops_label")
    op.create_table(
        "suggest_words",
        sa.Column("word", folded(WORD), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_suggest_words")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suggest_deletions",
        sa.Column("deletion", folded(WORD), nullable=False),
        sa.Column("word", folded(WORD), nullable=False),
        sa.PrimaryKeyConstraint("deletion", "word", name=op.f("pk_suggest_deletions")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("suggest_deletions", "suggest_words", "suggest_tops", "suggest_keys", "suggest_labels"):
        op.drop_table(table)


def _links(table: str, key: str, index: str) -> None:
    """Create a table of (key, label)."""
    op.create_table(
        table,
        sa.Column(key, folded(KEY), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(key, "label_id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["label_id"], ["suggest_labels.id"], ondelete="CASCADE", name=op.f(f"fk_{table}_label_id_suggest_labels")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(index, table, ["label_id"])
