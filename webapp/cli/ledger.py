"""flask ledger-check: is every cent where it should be?"""

import sys

import click
from flask.cli import with_appcontext

from webapp.cli.ready import Command
from webapp.payroll import queries


@click.command("ledger-check", cls=Command)
@with_appcontext
def ledger_check() -> None:
    """Check the ledger's invariants I1 to I12; exit code 1 when one is broken."""
    found = queries.ledger_check()
    for problem in found:
        where = ", ".join(f"{name} {value}" for name, value in problem.params.items())
        click.echo(f"{problem.code}: {where}", err=True)
    if found:
        sys.exit(1)
    click.echo("The ledger is in order.")


commands = [ledger_check]
