"""Import a file that was taken from an attendance device: choose it, look, answer, import, see what came of it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request

from webapp.core import clock, files, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid, NotFound, TooEarly
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.devices import queries, service
from webapp.devices.adapters.file import detect, formats
from webapp.pages.hr.device_file_look import CODES, Look, look

URL = "/hr/devices/files"
bp = Blueprint("hr_device_files", __name__, url_prefix=URL)


class UploadForm(Form):
    terminal_id: int | None = None


@bp.get("")
@allow(*OFFICE)
def form() -> Response:
    return _show_upload(blank({"terminal_id": request.args.get("terminal_id", type=int)}))


@bp.post("")
@allow(*OFFICE)
def upload() -> Response:
    """The bytes wait for a decision under their own checksum, where only whoever sent them finds them."""
    given, file = read_form(UploadForm), request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("file_missing", "file")
        body = file.read()
        if not body.strip():
            raise Invalid("file_empty", "file")
        if detect(body) is None:
            raise Invalid("file_unknown", "file")
        key = _put(body)
    except DomainError as error:
        return _show_upload(given.fail(error))
    chosen = given.values.get("terminal_id", "")
    return hx.redirect(f"{URL}/{key}?{urlencode({'name': file.filename[-200:], 'terminal_id': chosen})}")


@bp.get("/<string(length=64):file_key>")
@allow(*OFFICE)
def show(file_key: str) -> Response:
    body = _taken(file_key)
    try:
        return _show(look(body, request.args, me().branch_ids, clock.now()), blank(request.args.to_dict()))
    except Invalid as error:
        return _show_upload(blank().fail(error))


@bp.post("/<string(length=64):file_key>")
@allow(*OFFICE)
def bring(file_key: str) -> Response:
    """What is imported is what was seen: after another answer the rows are shown again first."""
    body, said = _taken(file_key), request.form
    form = blank(said.to_dict())
    try:
        seen = look(body, said, me().branch_ids, clock.now())
    except Invalid as error:
        return _show_upload(form.fail(error))
    if not _complete(seen, form):
        return _show(seen, form)
    if said.get("seen") != seen.mark:
        return hx.redirect(f"{URL}/{file_key}?{urlencode(_answers(said))}")
    return _import(file_key, body, seen)


@bp.get("/imports/<int:device_import_id>")
@allow(*OFFICE)
def result(device_import_id: int) -> Response:
    found = queries.file_imported(me().branch_ids, device_import_id)
    if found is None:
        raise NotFound("not_found")
    held = queries.still_held(found) if found.read_at else 0
    context: dict[str, Any] = {"found": found, "held": held, "format": formats()[found.kind].label}
    return hx.respond("hr/device_file_result.html", "state", **context)


def _import(file_key: str, body: bytes, seen: Look) -> Response:
    device, found = seen.device, seen.preview
    assert device is not None  # noqa: S101 - _complete has looked
    known = {"terminal_id": device.id, "kind": found.format, "answers": found.answers, "machine": found.machine}
    request_id, to_read = do(service.import_file, by=me(), name=seen.name, body=body, at=clock.now(), **known)
    files.drop_part(me().id, file_key)
    if not to_read:
        flash(gettext("This file was imported before. Nothing changed."), "ok")
    return hx.redirect(f"{URL}/imports/{request_id}")


def _complete(seen: Look, form: Bound[Any]) -> bool:
    if seen.device is None:
        form.fail(Invalid("file_ask_device", "terminal_id"))
    for question in seen.preview.open:
        form.fail(Invalid("file_ask_first", question.code))
    if form.errors:
        return False
    if not seen.preview.parsed.lines:
        form.fail(Invalid("file_nothing", "format"))
    return not form.errors


def _show(seen: Look, form: Bound[Any]) -> Response:
    """What was proposed is chosen until somebody chooses otherwise."""
    form.values |= {"terminal_id": seen.device.id if seen.device else "", "format": seen.preview.format}
    form.values |= {question.code: question.value or "" for question in seen.preview.questions}
    options = [(device.id, f"{device.name} · {device.serial}") for device in seen.devices]
    kinds = [(each.code, say(each.label)) for each in formats().values()]
    context: dict[str, Any] = {"look": seen, "seen": seen.preview, "form": form, "devices": options, "kinds": kinds}
    return hx.respond("hr/device_file.html", status=form.status, **context)


def _show_upload(form: Bound[Any]) -> Response:
    devices = queries.file_devices(me().branch_ids)
    options = [(device.id, f"{device.name} · {device.serial}") for device in devices]
    return hx.respond("hr/device_file_upload.html", status=form.status, form=form, devices=options)


def _put(body: bytes) -> str:
    key = files.sha256(body)
    try:
        if files.add_part(me().id, key, 0, body) != len(body):
            files.drop_part(me().id, key)
            files.add_part(me().id, key, 0, body)
    except TooEarly:
        raise Invalid("file_too_many_waiting", "file") from None
    return key


def _taken(file_key: str) -> bytes:
    """Whole, or not at all."""
    if len(file_key) != 64 or not file_key.isalnum():
        raise NotFound("file_gone")
    body = files.read_part(me().id, file_key)
    if not body or files.sha256(body) != file_key:
        raise NotFound("file_gone")
    return body


def _answers(said: Mapping[str, str]) -> dict[str, str]:
    kept = ("name", "terminal_id", "format", *CODES)
    return {name: said[name] for name in kept if name in said}
