"""Create the search index of postings.

Revision: 0010, after 0009. It is empty: ``talentsphere search reindex`` fills it, beside the traffic; postings that are
written meanwhile are in it at once. On SQLite triggers keep the FTS5 table as the documents are, whoever writes them:
what FTS5 is told to delete must be the very text that it was given.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SETTINGS = (("automerge", 0), ("crisismerge", 1000), ("usermerge", 4), ("hashsize", 4_194_304))
"""Segments are merged by a task (``search.merge``), not by whoever writes; above a thousand FTS5 helps itself."""
ADD = "INSERT INTO fts_jobs (rowid, doc) VALUES (new.key, new.tokens);"
REMOVE = "INSERT INTO fts_jobs (fts_jobs, rowid, doc) VALUES ('delete', old.key, old.tokens);"
DOCUMENT = (
    "key", "job_id", "company_id", "country", "remote", "employment_type", "experience_level", "pay", "complete",
    "tokenizer", "skills", "head", "tokens",
)  # fmt: skip
VIEW = f"CREATE VIEW new_search_doc AS SELECT {', '.join(DOCUMENT)}, NULL AS skill_ids FROM search_doc"  # noqa: S608
"""What is inserted here is a document and the skills of its posting, in one statement: PostgreSQL has CTEs for it."""
BOTH = f"""
    INSERT INTO job_skills (job_id, skill_id, key) SELECT new.job_id, value, new.key FROM json_each(new.skill_ids);
    INSERT INTO search_doc ({", ".join(DOCUMENT)}) VALUES ({", ".join(f"new.{name}" for name in DOCUMENT)});
"""  # noqa: S608
TRIGGERS = {
    "new_search_doc_added": f"INSTEAD OF INSERT ON new_search_doc BEGIN {BOTH} END",
    "search_doc_added": f"AFTER INSERT ON search_doc BEGIN {ADD} END",
    "search_doc_changed": f"AFTER UPDATE OF key, tokens ON search_doc BEGIN {REMOVE} {ADD} END",
    "search_doc_removed": f"AFTER DELETE ON search_doc BEGIN {REMOVE} END",
}


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "search_doc",
        sa.Column("key", sa.Integer() if is_sqlite else sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(2, collation=None if is_sqlite else "C")),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("employment_type", sa.String(20)),
        sa.Column("experience_level", sa.String(20)),
        sa.Column("pay", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.Integer(), nullable=False),
        sa.Column("tokenizer", sa.Integer(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text() if is_sqlite else TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_search_doc"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], ondelete="CASCADE", name="fk_search_doc_job_id_jobs"),
    )
    op.create_index("uq_search_doc_job_id", "search_doc", ["job_id"], unique=True)
    if is_sqlite:
        _index_sqlite()
    else:
        op.execute("ALTER TABLE search_doc ALTER COLUMN tokens SET STORAGE EXTERNAL")
        op.execute(
            "CREATE INDEX gin_search_doc_tokens ON search_doc USING gin (tokens) WITH (gin_pending_list_limit = 512)"
        )


def _index_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE fts_jobs USING fts5("
        "doc, content='', detail=full, tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
    )
    for name, value in SETTINGS:
        op.execute(f"INSERT INTO fts_jobs (fts_jobs, rank) VALUES ('{name}', {value})")  # noqa: S608
    op.execute(VIEW)
    for name, body in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("DROP VIEW new_search_doc")
    op.drop_table("search_doc")  # with its triggers and its indexes
    if is_sqlite:
        op.execute("DROP TABLE fts_jobs")
