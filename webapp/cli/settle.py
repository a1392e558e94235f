"""flask settle: settle what is due, here and now, without a worker."""

import sys
from datetime import date, datetime

import click
from flask.cli import with_appcontext

from webapp.cli.ready import Command
from webapp.core import clock
from webapp.core.db import db
from webapp.core.i18n import money_text
from webapp.rewards import service
from webapp.rewards.queries import runs
from webapp.rewards.rules.due import BranchDue


@click.command("settle", cls=Command)
@click.option("--branch", "code", help="Code of one branch; all of them otherwise.")
@click.option("--through", type=click.DateTime(["%Y-%m-%d"]), help="Last work date; otherwise what is due.")
@with_appcontext
def settle(code: str | None, through: datetime | None) -> None:
    """Settle every work date that is due. Running it twice, or beside a worker, posts nothing twice."""
    found = [branch for branch in runs.branches() if code in (None, branch.code)]
    db.session.remove()
    if not found:
        click.echo(f"There is no branch {code}." if code else "There is no branch yet.", err=True)
        sys.exit(1)
    aside = sum(_settle(branch, through.date() if through else None) for branch in found)
    sys.exit(1 if aside else 0)


def _settle(branch: BranchDue, through: date | None) -> int:
    """How many rep-days had to be put aside."""
    at = clock.now()
    last = branch.due_through(at) if through is None else min(through, branch.yesterday(at))
    if branch.on_hold:
        click.echo(f"{branch.code}: on hold ({branch.hold_reason})")
        return 0
    tally = service.settle_through(branch_id=branch.id, through=last, at=at)
    amount = money_text(tally.amount, branch.currency)
    click.echo(f"{branch.code}: settled through {last}, {tally.done} rep-days, {amount} posted")
    if tally.set_aside:
        click.echo(f"{branch.code}: {tally.set_aside} rep-days were put aside, see /hr/settlement", err=True)
    return tally.set_aside


commands = [settle]
