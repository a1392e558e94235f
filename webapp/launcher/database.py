"""Bring the database to the newest migration, with one line for what can go wrong."""

from alembic import command
from alembic.util import CommandError
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from webapp.core.db import db, dispose, is_postgres
from webapp.launcher.checks import CannotStart

ONE_AT_A_TIME = 0x0451_7E00


def migrate(app: Flask) -> None:
    """Several hosts may start at once: on PostgreSQL one migrates and the others wait. Raises CannotStart."""
    with app.app_context():
        try:
            _upgrade(app)
        except CommandError as error:
            raise CannotStart(f"the database was made by another version of Onsite ({error})") from None
        except DBAPIError as error:
            raise CannotStart(f"the database cannot be used: {str(error.orig).strip().splitlines()[0]}") from None
        finally:
            db.session.remove()
            dispose()


def _upgrade(app: Flask) -> None:
    extension = app.extensions["migrate"]
    config = extension.migrate.get_config(extension.directory)
    if not is_postgres():
        command.upgrade(config, "head")
        return
    with db.engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        try:
            command.upgrade(config, "head")
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ONE_AT_A_TIME})
