"""The migrations lead up to the models and down to nothing, on the database under test."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from tests.scratch import scratch_database

from talentsphere.app import create_app
from talentsphere.db import migrations
from talentsphere.db.session import engines_of


@pytest.fixture
def engine(make_settings, tmp_path):
    """An empty database that the tests of other files never see, inside its application's context."""
    with scratch_database(tmp_path, "talentsphere_migrations") as url:
        app = create_app(make_settings(DATABASE_URL=url))
        with app.app_context():
            yield engines_of(app).write
        engines_of(app).write.dispose()


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


def test_up_to_the_models_down_to_nothing_and_up_again(engine):
    migrations.upgrade()
    assert migrations.current(engine) == migrations.head()
    assert migrations.differences(engine) == []

    migrations.downgrade("base")
    assert tables(engine) == {"alembic_version"}

    migrations.upgrade()
    assert migrations.differences(engine) == []


def test_a_difference_would_be_noticed(engine):
    migrations.upgrade()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE companies ADD COLUMN forgotten INTEGER")

    assert len(migrations.differences(engine)) == 1


def test_revisions_are_one_line_and_their_files_begin_with_their_number():
    scripts = ScriptDirectory(str(migrations.MIGRATIONS))
    newest = max(path.name for path in (migrations.MIGRATIONS / "versions").glob("[0-9]*.py"))

    assert scripts.get_heads() == [newest.partition("_")[0]]
