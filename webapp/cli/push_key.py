"""flask push-key: the key browsers trust when they take notices from here."""

import click
from flask.cli import with_appcontext

from webapp.cli.ready import Command
from webapp.core import clock
from webapp.core.db import do
from webapp.notifications import queries, service


@click.command("push-key", cls=Command)
@click.option("--new", is_flag=True, help="Replace it: every device has to turn notices on again.")
@with_appcontext
def push_key(new: bool) -> None:
    """Show the public key, made when there is none; it makes itself when somebody first turns notices on."""
    click.echo(do(service.push_key, at=clock.now(), new=new))
    if not queries.push_works():
        click.echo("Nothing is pushed yet: install the extra with `pip install 'pywebpush>=2.5'`.", err=True)


commands = [push_key]
