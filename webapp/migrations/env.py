"""Alembic's environment: both databases, one transaction, foreign keys off while SQLite rebuilds tables."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from webapp.core.db import JsonType, MinorUnits, UTCDateTime, db


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Migrations name plain column types, so that they never depend on code that may move."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, MinorUnits):
        return "sa.BigInteger()"
    if item is JsonType or type(item).__name__ == "JSON":
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if type(item).__name__ == "BigInteger":
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def leave_out_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """`flask db migrate` with nothing to change writes no file."""
    script = directives[0] if directives else None
    asked = getattr(context.config.cmd_opts, "autogenerate", False)
    if asked and script is not None and script.upgrade_ops.is_empty():
        directives.clear()
        print("Nothing has changed: no migration was written.")  # noqa: T201 - a developer's command


def run(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        raw = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys=OFF")  # a rebuilt parent would cascade into its children
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_item=render_item,
        render_as_batch=True,
        compare_type=True,
        process_revision_directives=leave_out_empty,
        transactional_ddl=True,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
            if sqlite:
                broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
                if broken:
                    raise RuntimeError(f"foreign keys broken by the migration: {broken[:5]}")
    finally:
        if sqlite:
            raw.execute("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    raise RuntimeError("migrations run on a database, not into a script")
with current_app.extensions["migrate"].db.engine.connect() as live:
    run(live.execution_options(onsite_write=True))
