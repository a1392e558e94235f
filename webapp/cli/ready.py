"""What every operator's command asks of the database before it asks anything of the operator."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from flask.cli import ScriptInfo
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from webapp.core.db import db

T = TypeVar("T")


class Command(click.Command):
    """On a database that cannot be used, or has no tables yet, it ends with one line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not set(args) & set(self.get_help_option_names(ctx)):
            with ctx.ensure_object(ScriptInfo).load_app().app_context():
                _said(self.look)
        return super().parse_args(ctx, args)

    def look(self) -> None:
        """Raises ClickException when there is no sense in asking."""
        try:
            db.session.execute(text("SELECT 1 FROM alembic_version"))
        finally:
            db.session.remove()

    def invoke(self, ctx: click.Context) -> Any:
        return _said(lambda: super(Command, self).invoke(ctx))


def _said(work: Callable[[], T]) -> T:
    try:
        return work()
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(
            f"the database is not ready ({reason}); `make run` or `python wsgi.py migrate`, "
            "with the same environment, makes it so"
        ) from None


commands: list[click.Command] = []
