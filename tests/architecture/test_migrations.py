"""The migrations make exactly the tables the models describe, on both databases."""

from __future__ import annotations

import shutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.support.databases import VERSIONS
from webapp.core.db import db

pytestmark = pytest.mark.skipif(not any(VERSIONS.glob("*.py")), reason="no migration has been written yet")


def test_migrated_tables_are_the_models(app) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = [
            change for change in compare_metadata(context, db.metadata) if "alembic_version" not in str(change)
        ]
    assert not difference, f"flask --app wsgi db migrate: {difference}"


def test_nothing_changed_writes_no_migration(app, tmp_path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(VERSIONS.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for command, written in (("migrate", 0), ("revision", 1)):
        db.session.remove()
        result = app.test_cli_runner().invoke(args=["db", command, "-d", str(folder)])
        assert result.exit_code == 0, result.output
        assert len(list((folder / "versions").glob("*.py"))) == len(list(VERSIONS.glob("*.py"))) + written
        assert ("no migration was written" in result.output) is (written == 0)


def test_there_is_one_head() -> None:
    heads = ScriptDirectory(str(VERSIONS.parent)).get_heads()
    assert len(heads) == 1, heads
