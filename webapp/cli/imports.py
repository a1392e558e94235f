"""`flask --app wsgi import people FILE`: what the import pages do, for operators."""

from importlib import import_module
from pathlib import Path

import click
from flask.cli import with_appcontext

from webapp.cli.ready import Command
from webapp.core import clock, imports
from webapp.core.authz import SignedIn
from webapp.core.errors import DomainError
from webapp.core.i18n import explain, refusal_text
from webapp.people import queries
from webapp.people.models import Branch

_ROOT = Path(__file__).resolve().parents[1]


@click.group("import")
def group() -> None:
    """Import a CSV or XLSX file. Wrong rows are listed and stay out; the others go in."""


def kinds() -> dict[str, imports.ImportKind]:
    """Every domain's kinds, by code."""
    modules = [import_module(f"webapp.{path.parts[-3]}.adapters.imports") for path in _files()]
    return {kind.code: kind for module in modules for kind in module.KINDS}


def _files() -> list[Path]:
    return sorted(_ROOT.glob("*/adapters/imports.py"))


def _command(kind: imports.ImportKind) -> click.Command:
    @click.command(kind.code, cls=Command, help=f"Columns: {', '.join(column.name for column in kind.columns)}.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--branch", "branch_code", help="Code of the branch; needed when there are several.")
    @click.option("--as", "staff_no", help="Staff number of whoever is responsible; written to the audit trail.")
    @click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="For example datum=bd09.")
    @click.option("--dry-run", is_flag=True, help="Only say what would happen.")
    @with_appcontext
    def command(file: Path, branch_code: str, staff_no: str, options: tuple[str, ...], dry_run: bool) -> None:
        try:
            ask = _ask(kind, branch_code, staff_no, options)
            batch_id = imports.prepare(kind, file.read_bytes(), file.name, ask)
            if not dry_run:
                _apply(kind, batch_id, ask.by)
        except DomainError as error:
            raise click.ClickException(explain(error)) from None
        _report(batch_id, dry_run)

    return command


def _ask(
    kind: imports.ImportKind, branch_code: str | None, staff_no: str | None, options: tuple[str, ...]
) -> imports.Ask:
    at = clock.now()
    by = queries.as_actor(staff_no, at=at) if staff_no else None
    if staff_no and by is None:
        raise click.ClickException(f"nobody works here with the staff number {staff_no}")
    pairs = [option.partition("=") for option in options]
    given = {name.strip(): value.strip() for name, mark, value in pairs if mark}
    return imports.Ask(by, _branch(branch_code, by).id, kind.read_options(given), at)


def _branch(code: str | None, by: SignedIn | None) -> Branch:
    mine = [branch for branch in queries.all_branches() if by is None or branch.id in by.branch_ids]
    if code is None and len(mine) == 1:
        return mine[0]
    found = next((branch for branch in mine if branch.code == (code or "").upper()), None)
    if found is None:
        codes = ", ".join(branch.code for branch in mine) or "none; run init first"
        raise click.ClickException(f"say which branch with --branch; there are: {codes}")
    return found


def _apply(kind: imports.ImportKind, batch_id: int, by: SignedIn | None) -> None:
    batch = imports.open_batch(batch_id, kind, by.id if by else None)
    total = imports.counts(batch_id).to_apply
    with click.progressbar(length=total, label=kind.code) as bar:

        def more() -> bool:
            bar.update(1)
            return True

        imports.run(kind, batch, by, more=more)


def _report(batch_id: int, dry_run: bool) -> None:
    counts = imports.counts(batch_id)
    for row in imports.failures(batch_id):
        problems = [
            f"{name}: {refusal_text(p['code'], p['params'])}".lstrip(": ") for name, p in (row.errors or {}).items()
        ]
        click.echo(f"row {row.n}: {' '.join(problems)}", err=True)
    wrong = counts.error + counts.failed
    done = f"new {counts.create}, changed {counts.update}" if dry_run else f"imported {counts.done}"
    click.echo(f"{done}, already so {counts.skip}, not imported {wrong}")
    if wrong:
        raise SystemExit(1)


for _kind in kinds().values():
    group.add_command(_command(_kind))

commands = [group]
