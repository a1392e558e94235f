"""flask outbox-retry: work that failed too often, after its cause was mended."""

import click
from flask.cli import with_appcontext

from webapp.cli.ready import Command
from webapp.core import clock, outbox
from webapp.core.db import db, do


@click.command("outbox-retry", cls=Command)
@click.option("--list", "only_list", is_flag=True, help="Only show what failed and why; try nothing.")
@with_appcontext
def outbox_retry(only_list: bool) -> None:
    """Show what /readyz counts as outbox.failed, and have it tried again."""
    found = outbox.failed()
    db.session.remove()
    for row in found:
        error = next(iter((row.last_error or "").splitlines()), "")
        click.echo(f"{row.failed_at:%Y-%m-%d %H:%M} UTC  {row.topic}  {row.key}  {row.attempts} times: {error}")
    if not found:
        click.echo("Nothing failed for good.")
    elif not only_list:
        number = do(outbox.retry_failed, at=clock.now())
        click.echo(f"{number} will be tried again at once. What fails again is shown in /readyz.")


commands = [outbox_retry]
