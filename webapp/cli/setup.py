"""`flask --app wsgi init`: an empty company and its first administrator."""

from datetime import datetime

import click
from flask.cli import with_appcontext

from webapp.core import clock
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid
from webapp.core.i18n import explain
from webapp.core.security import hash_password
from webapp.people import queries, rules, service
from webapp.schedules.service.opening import open_branch


@click.command("init")
@click.option("--company", prompt="Name of the company or its first branch")
@click.option("--branch-code", prompt="Short code of this branch", default="HQ", show_default=True)
@click.option("--timezone", prompt="Time zone", default="Asia/Shanghai", show_default=True)
@click.option("--currency", prompt="Currency", default="CNY", show_default=True)
@click.option("--country", prompt="Country (for the holidays)", default="CN", show_default=True)
@click.option("--language", prompt="Language", type=click.Choice(rules.LANGUAGES), default="zh", show_default=True)
@click.option("--admin-name", prompt="Name of the first administrator")
@click.option("--staff-no", prompt="Staff number of the first administrator", default="A001", show_default=True)
@click.option("--password", prompt="Password", hide_input=True, confirmation_prompt="The same once more")
@with_appcontext
def init(**answers: str) -> None:
    """Make the company's first branch and its first administrator in an empty database."""
    try:
        if queries.all_branches():
            raise Invalid("company_exists")
        staff_no = rules.clean_staff_no(answers["staff_no"])
        rules.check_password(answers["password"], staff_no=staff_no)
        hashed = hash_password(answers.pop("password"))
        do(_found, answers=answers, password_hash=hashed, at=clock.now())
    except DomainError as error:
        raise click.ClickException(explain(error)) from None
    click.echo(f"Done. Start with `make run` (ONSITE_DEMO=0) and sign in as {staff_no}.")


def _found(*, answers: dict[str, str], password_hash: str, at: datetime) -> None:
    if queries.all_branches():
        raise Invalid("company_exists")
    today = at.astimezone(rules.check_timezone(answers["timezone"])).date()
    branch = open_branch(
        by=None,
        code=answers["branch_code"],
        name=answers["company"],
        timezone=answers["timezone"],
        currency=answers["currency"].upper(),
        country=answers["country"].upper(),
        language=answers["language"],
        settled_from=today,
        at=at,
    )
    service.hire(
        by=None,
        staff_no=answers["staff_no"],
        name=answers["admin_name"],
        branch_id=branch.id,
        role="admin",
        joined_on=today,
        password_hash=password_hash,
        at=at,
    )


commands = [init]
