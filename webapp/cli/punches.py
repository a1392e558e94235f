"""`flask --app wsgi import punches FILE --device SERIAL`: what the page of device files does, for operators."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from webapp.cli.imports import group
from webapp.cli.ready import Command
from webapp.core import clock
from webapp.core.authz import SignedIn
from webapp.core.db import db, do
from webapp.core.errors import DomainError
from webapp.core.i18n import explain, say
from webapp.devices import queries, service
from webapp.devices.adapters.file import formats
from webapp.devices.adapters.file.preview import Preview, preview
from webapp.devices.queries import FileOf
from webapp.people import queries as people


@group.command("punches", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--device", "serial", required=True, help="Serial of the device it was taken from.")
@click.option("--format", "kind", type=click.Choice(list(formats())), help="Otherwise found from the file.")
@click.option("--answer", "answers", multiple=True, metavar="NAME=VALUE", help="For example order=mdy, third=device.")
@click.option("--as", "staff_no", help="Staff number of whoever is responsible; written to the audit trail.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@with_appcontext
def punches(
    file: Path, serial: str, kind: str | None, answers: tuple[str, ...], staff_no: str | None, dry_run: bool
) -> None:
    """Import a file that was taken from an attendance device. A worker reads it."""
    by, device, body = _by(staff_no), _device(serial), file.read_bytes()
    pairs = [answer.partition("=") for answer in answers]
    given = {name.strip(): value.strip() for name, mark, value in pairs if mark}
    saved = {code: said for code, said in (device.options or {}).items() if isinstance(said, dict)}
    try:
        seen = preview(body, kind, given, saved, device.zone, clock.now())
        _describe(seen)
        db.session.remove()
        if not dry_run:
            _import(device, file.name, body, seen, by)
    except DomainError as error:
        raise click.ClickException(explain(error)) from None


def _by(staff_no: str | None) -> SignedIn | None:
    by = people.as_actor(staff_no, at=clock.now()) if staff_no else None
    if staff_no and by is None:
        raise click.ClickException(f"nobody works here with the staff number {staff_no}")
    return by


def _device(serial: str) -> FileOf:
    device = queries.file_device(serial)
    if device is None:
        raise click.ClickException(f"there is no device with the serial {serial}, or it is retired")
    return device


def _describe(seen: Preview) -> None:
    """Also what is wrong with it; a question left open ends it."""
    for question in seen.open:
        choices = "; ".join(f"{question.code}={each.value}" for each in question.choices)
        raise click.ClickException(f"{say(f'file_ask_{question.code}')} Say --answer with one of: {choices}")
    for bad in seen.parsed.bad:
        click.echo(f"line {bad.n}: {say(f'file_bad_{bad.reason}')}", err=True)
    counts = f"{len(seen.parsed.lines)} punches of {seen.people} ids, {sum(seen.held.values())} held"
    out = f"{len(seen.parsed.bad)} bad lines, {seen.parsed.skipped} left out"
    click.echo(f"{say(formats()[seen.format].label)}: {counts}, {out}")
    if not seen.parsed.lines:
        raise click.ClickException(say("file_nothing"))


def _import(device: FileOf, name: str, body: bytes, seen: Preview, by: SignedIn | None) -> None:
    known = {"kind": seen.format, "answers": seen.answers, "machine": seen.machine}
    _, to_read = do(service.import_file, by=by, terminal_id=device.id, name=name, body=body, at=clock.now(), **known)
    click.echo("kept; a worker reads it now" if to_read else "imported before; nothing changed")


commands: list[click.Command] = []
