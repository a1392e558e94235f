"""flask rebuild-punches: make punches and days of a device anew from what it sent."""

from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from webapp.cli.ready import Command
from webapp.core import clock
from webapp.core.db import conn, db, do
from webapp.devices import service
from webapp.devices.models import Terminal


@click.command("rebuild-punches", cls=Command)
@click.argument("serial")
@click.option("--first", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First date on the device's clock.")
@click.option("--last", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Last date, included.")
@with_appcontext
def rebuild_punches(serial: str, first: datetime, last: datetime) -> None:
    """Look once more at everything the device SERIAL sent for these dates. Doing it twice changes nothing."""
    terminal_id = conn().scalar(select(Terminal.id).where(Terminal.serial == serial))
    db.session.remove()
    if terminal_id is None:
        raise click.ClickException(f"there is no device {serial}")
    asked = do(service.rebuild, terminal_id=terminal_id, first=first.date(), last=last.date(), at=clock.now())
    mapped = unmapped = held = 0
    while (done := service.digest_apart(terminal_id=terminal_id, at=clock.now())).looked_at:
        mapped, unmapped, held = mapped + done.mapped, unmapped + done.unmapped, held + done.held
    click.echo(f"{serial}: {asked} looked at, {mapped} of people, {unmapped} with unknown ids, {held} held")


commands = [rebuild_punches]
