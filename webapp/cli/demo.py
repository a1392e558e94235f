"""flask demo: the demo company and two months of its history."""

import sys
from time import monotonic

import click
from flask import current_app
from flask.cli import with_appcontext
from werkzeug.utils import import_string

from webapp.cli.ready import Command


@click.command("demo", cls=Command)
@with_appcontext
def demo() -> None:
    """Make the demo company and fill in its history; started again it goes on, and ends at once when all is there."""
    if not current_app.config["DEMO"]:
        raise click.ClickException("this is not the demo's database; run it with ONSITE_DEMO=1")
    # By name, because the packages beside each other do not import each other.
    prepare, fill = (import_string(f"webapp.demo.{name}") for name in ("company.prepare", "fill.fill"))
    started, said = monotonic(), [0]

    def tell(percent: int) -> None:
        if percent >= said[0] + 10:
            said[0] = percent // 10 * 10
            click.echo(f"demo history {percent} %")
            sys.stdout.flush()

    if not prepare():
        raise click.ClickException("there is a company in this database already, and it is not the demo's")
    fill(tell)
    if said[0]:
        click.echo(f"demo history complete after {monotonic() - started:.0f} s")


commands = [demo]
