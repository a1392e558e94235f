"""`flask --app wsgi init`: an empty company and its first administrator."""

from datetime import datetime

import click
from click.core import ParameterSource
from flask import current_app
from flask.cli import with_appcontext

from webapp.cli.ready import Command
from webapp.core import clock
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid
from webapp.core.i18n import explain
from webapp.core.queue import silence
from webapp.core.security import hash_password
from webapp.people import queries, rules, service
from webapp.schedules.service.opening import open_branch


class Init(Command):
    def look(self) -> None:
        super().look()
        if queries.all_branches():
            hint = " It is the demo's: say ONSITE_DEMO=0 for your own." if current_app.config["DEMO"] else ""
            raise click.ClickException(explain(Invalid("company_exists")) + hint)


@click.command("init", cls=Init)
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
    while problem := _problem(answers):
        _ask_again(problem, answers)
    staff_no = rules.clean_staff_no(answers["staff_no"])
    click.echo(f"Done. Start with `make run` (ONSITE_DEMO=0) and sign in as {staff_no}.")


def _problem(answers: dict[str, str]) -> DomainError | None:
    """None when the company is there."""
    try:
        staff_no = rules.clean_staff_no(answers["staff_no"])
        rules.check_password(answers["password"], staff_no=staff_no)
        hashed = hash_password(answers["password"])
        with silence():  # nothing may be running yet; the minute tick finds what is due
            do(_found, answers=answers, password_hash=hashed, at=clock.now())
    except DomainError as error:
        return error
    return None


def _ask_again(problem: DomainError, answers: dict[str, str]) -> None:
    """The one question whose answer was wrong; what came as an option is an error."""
    context, name = click.get_current_context(), {"code": "branch_code"}.get(problem.field or "", problem.field or "")
    question = next((one for one in context.command.params if one.name == name), None)
    asked = context.get_parameter_source(name) is ParameterSource.PROMPT
    if not isinstance(question, click.Option) or not asked:
        raise click.ClickException(explain(problem))
    click.echo(f"Error: {explain(problem)}", err=True)
    answers[name] = question.prompt_for_value(context)


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
